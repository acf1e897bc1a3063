using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using OrleansAcd.Sip.Location;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Asks name servers for SRV and NAPTR records, which .NET does not: one datagram each way, RFC 1035
/// §4.2.1.</summary>
/// <remarks>Beside the loop. Every question has a port and an identifier of its own, and takes no other response
/// (RFC 5452 §4). No TCP: a response that is truncated is none.</remarks>
/// <param name="servers">Whom to ask, in this order.</param>
internal sealed class DnsClient(Func<IReadOnlyList<IPEndPoint>> servers)
{
    private const int DnsPort = 53;
    private const int ServersMax = 3;
    private const int RoundsMax = 2;
    private const int StrayMax = 16;

    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(2);

    /// <summary>Those of this machine's network interfaces.</summary>
    public static IReadOnlyList<IPEndPoint> OfThisMachine() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().DnsAddresses)
            .Distinct()
            .Select(address => new IPEndPoint(address, DnsPort)),
    ];

    /// <summary>The records of a name; none where it has none, or where no server answers.</summary>
    public async Task<DnsAnswer> Ask(string name, DnsRecordType type, CancellationToken end)
    {
        var asked = servers().Take(ServersMax).ToArray();
        for (var round = 0; round < RoundsMax; round++)
        {
            foreach (var server in asked)
            {
                var (error, answer) = await AskOne(server, name, type, end);
                if (error is DnsError.None or DnsError.NoSuchName) return answer;
            }
        }

        return new DnsAnswer();
    }

    private static async Task<(DnsError Error, DnsAnswer Answer)> AskOne(
        IPEndPoint server, string name, DnsRecordType type, CancellationToken end)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        if (DnsMessage.Question(id, name, type) is not { } question) return (DnsError.Malformed, new DnsAnswer());

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(AnswerMax);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(server, limit.Token);
            await socket.SendAsync(question, limit.Token);
            return await Receive(socket, id, name, type, limit.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            end.ThrowIfCancellationRequested();
            return (DnsError.ServerFailure, new DnsAnswer());
        }
    }

    private static async Task<(DnsError Error, DnsAnswer Answer)> Receive(
        Socket socket, ushort id, string name, DnsRecordType type, CancellationToken end)
    {
        var buffer = new byte[DnsMessage.BytesMax];
        for (var i = 0; i < StrayMax; i++)
        {
            var length = await socket.ReceiveAsync(buffer, end);
            var error = DnsMessage.TryRead(buffer.AsSpan(0, length), id, name, type, out var answer);
            if (error is not (DnsError.NotOurs or DnsError.TooShort)) return (error, answer);
        }

        return (DnsError.ServerFailure, new DnsAnswer());
    }
}
