using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A name server of one test, on loopback by UDP and TCP: it knows the records that it is given (RFC 1035
/// §4).</summary>
internal sealed class NameServer : IDisposable
{
    public const ushort A = 1;
    public const ushort Srv = 33;
    public const ushort Naptr = 35;

    private const int DatagramBytesMax = 1_232;

    private readonly UdpClient _socket;
    private readonly TcpListener _listener;
    private readonly Dictionary<(string Name, ushort Type), byte[][]> _records = [];
    private readonly Task _serving;
    private int _asked;
    private int _askedByTcp;

    public NameServer()
    {
        (_socket, _listener) = Bind();
        _serving = Task.WhenAll(Serve(), ServeStreams());
    }

    public IPEndPoint At => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>What is answered by UDP instead; null answers nothing.</summary>
    public Func<byte[], byte[]?>? Reply { get; set; }

    public int Asked => Volatile.Read(ref _asked);

    public int AskedByTcp => Volatile.Read(ref _askedByTcp);

    /// <summary>Servers of a service, the first the most wanted. Their name is "localhost", which every machine
    /// knows.</summary>
    public void Add(string service, params IPEndPoint[] servers) =>
        Add(service, Srv, 60, [.. servers.Select((at, i) => Server((ushort)(10 * i), at.Port, "localhost"))]);

    /// <summary>Records by their data.</summary>
    public void Add(string name, ushort type, int timeToLive, params byte[][] data) =>
        _records[(name, type)] = [.. data.Select(one => Record(type, timeToLive, one))];

    /// <summary>The data of an SRV record.</summary>
    public static byte[] Server(ushort priority, int port, string target) =>
        [(byte)(priority >> 8), (byte)priority, 0, 0, (byte)(port >> 8), (byte)port, .. Name(target)];

    /// <summary>The data of a NAPTR record without an expression.</summary>
    public static byte[] Transport(byte order, byte preference, string service, string replacement) =>
    [
        0, order, 0, preference, 1, (byte)'s', (byte)service.Length, .. Encoding.ASCII.GetBytes(service), 0,
        .. Name(replacement),
    ];

    /// <summary>A response to a question, without records.</summary>
    public static byte[] Respond(byte[] question, byte result = 0, bool isTruncated = false, int records = 0) =>
    [
        .. question[..2], (byte)(isTruncated ? 0x83 : 0x81), (byte)(0x80 | result), 0, 1, (byte)(records >> 8),
        (byte)records, 0, 0, 0, 0, .. question[12..(NameOf(question).End + 4)],
    ];

    public void Dispose()
    {
        _socket.Dispose();
        _listener.Dispose();
    }

    private static (UdpClient Socket, TcpListener Listener) Bind()
    {
        for (var i = 0; i < 20; i++)
        {
            var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            var listener = new TcpListener((IPEndPoint)socket.Client.LocalEndPoint!);
            try
            {
                listener.Start();
                return (socket, listener);
            }
            catch (SocketException)
            {
                socket.Dispose();           // somebody else's TCP port
                listener.Dispose();
            }
        }

        throw new InvalidOperationException("no port that is free for UDP and TCP");
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var asked = await _socket.ReceiveAsync();
                Interlocked.Increment(ref _asked);
                var answer = Reply is { } reply ? reply(asked.Buffer) : Fitting(asked.Buffer);
                if (answer is not null) await _socket.SendAsync(answer, asked.RemoteEndPoint);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeStreams()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _askedByTcp);
                await AnswerOnce(client);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task AnswerOnce(TcpClient client)
    {
        try
        {
            await using var stream = client.GetStream();
            var length = new byte[2];
            await stream.ReadExactlyAsync(length);
            var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(question);
            var answer = Answer(question);
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
            await stream.WriteAsync((byte[])[.. length, .. answer]);
        }
        catch (IOException)
        {
            // Who asked has gone.
        }
    }

    /// <summary>§4.2.1: what does not fit is left out, and that is said.</summary>
    private byte[] Fitting(byte[] question)
    {
        var answer = Answer(question);
        return answer.Length <= DatagramBytesMax ? answer : Respond(question, isTruncated: true);
    }

    private byte[] Answer(byte[] question)
    {
        var (name, end) = NameOf(question);
        var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(end));
        var records = _records.GetValueOrDefault((name, type), []);
        var isKnown = records.Length > 0 || _records.Keys.Any(key => key.Name == name);
        return
        [
            .. Respond(question, (byte)(isKnown ? 0 : 3), records: records.Length),
            .. records.SelectMany(record => record),
        ];
    }

    /// <summary>The record's name points back to the question's (§4.1.4).</summary>
    private static byte[] Record(ushort type, int timeToLive, byte[] data)
    {
        byte[] record = [0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 0, 0, 0, .. data];
        BinaryPrimitives.WriteInt32BigEndian(record.AsSpan(6), timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(10), (ushort)data.Length);
        return record;
    }

    private static byte[] Name(string name) =>
    [
        .. name.Split('.', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]),
        0,
    ];

    private static (string Name, int End) NameOf(byte[] question)
    {
        var labels = new List<string>();
        var at = 12;
        for (; question[at] != 0; at += 1 + question[at])
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
        }

        return (string.Join('.', labels).ToLowerInvariant(), at + 1);
    }
}
