using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAcd.Sip.Location;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A name server of one test, on loopback: it knows the SRV records that it is given.</summary>
internal sealed class NameServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Dictionary<string, (ushort Priority, IPEndPoint At)[]> _services =
        new(StringComparer.OrdinalIgnoreCase);

    private readonly Task _serving;

    public NameServer() => _serving = Serve();

    public IPEndPoint At => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>Servers of a service, the first the most wanted.</summary>
    public void Add(string service, params IPEndPoint[] servers) =>
        _services[service] = [.. servers.Select((at, i) => ((ushort)(10 * i), at))];

    public void Dispose() => _socket.Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var asked = await _socket.ReceiveAsync();
                await _socket.SendAsync(Answer(asked.Buffer), asked.RemoteEndPoint);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private byte[] Answer(byte[] question)
    {
        var (name, end) = NameOf(question);
        var isService = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end)) == (ushort)DnsRecordType.Srv;
        var records = isService && _services.TryGetValue(name, out var found) ? found : [];
        var result = (byte)(records.Length == 0 ? 0x83 : 0x80);
        byte[] answer =
        [
            .. question[..2], 0x81, result, 0, 1, 0, (byte)records.Length, 0, 0, 0, 0,
            .. question[12..(end + 4)],
        ];
        return [.. answer, .. records.SelectMany(record => Record(record.Priority, record.At))];
    }

    /// <summary>The server's name is "localhost", which every machine knows.</summary>
    private static byte[] Record(ushort priority, IPEndPoint at)
    {
        byte[] target = [9, .. "localhost"u8, 0];
        return
        [
            0xC0, 12, 0, (byte)DnsRecordType.Srv, 0, 1, 0, 0, 0, 60, 0, (byte)(6 + target.Length),
            (byte)(priority >> 8), (byte)priority, 0, 0, (byte)(at.Port >> 8), (byte)at.Port, .. target,
        ];
    }

    private static (string Name, int End) NameOf(byte[] question)
    {
        var labels = new List<string>();
        var at = 12;
        for (; question[at] != 0; at += 1 + question[at])
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        }

        return (string.Join('.', labels), at + 1);
    }
}
