using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A peer that sends whatever it likes, over UDP or TCP, and reads what comes back.</summary>
public sealed class RawSip : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65_536];

    public RawSip(string server, bool tcp = false, string local = "127.0.0.1")
    {
        Server = IPEndPoint.Parse(server);
        Transport = tcp ? "TCP" : "UDP";
        _socket = tcp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(IPAddress.Parse(local), 0));
        _socket.Connect(Server);
    }

    public IPEndPoint Server { get; }

    public string Transport { get; }

    /// <summary>A request that is right in all but what is given.</summary>
    public string Request(string method, string user = "support", string? cseq = null, string extra = "", string body = "",
        string? contentLength = null)
    {
        var unique = Guid.NewGuid().ToString("n");
        return $"{method} sip:{user}@{Server} SIP/2.0\r\n"
            + $"Via: SIP/2.0/{Transport} {_socket.LocalEndPoint};branch=z9hG4bK{unique};rport\r\n"
            + $"From: <sip:mallory@{_socket.LocalEndPoint}>;tag={unique[..8]}\r\nTo: <sip:{user}@{Server}>\r\n"
            + $"Call-ID: {unique}\r\nCSeq: {cseq ?? "1 " + method}\r\nContact: <sip:mallory@{_socket.LocalEndPoint}>\r\n"
            + $"Max-Forwards: 70\r\n{extra}Content-Length: {contentLength ?? Encoding.UTF8.GetByteCount(body).ToString(global::System.Globalization.CultureInfo.InvariantCulture)}\r\n\r\n{body}";
    }

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public void Send(byte[] bytes) => _socket.Send(bytes);

    /// <summary>The next final answer, its status code and text; provisional ones are passed over.</summary>
    public async Task<(int Code, string Text)> Answer()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var length = await _socket.ReceiveAsync(_buffer, limit.Token);
            var text = Encoding.UTF8.GetString(_buffer, 0, length);
            if (length == 0) return (0, "");
            if (int.Parse(text.AsSpan(8, 3), null) is var code and >= 200) return (code, text);
        }
    }

    public Task<(int Code, string Text)> Ask(string request)
    {
        Send(request);
        return Answer();
    }

    /// <summary>Waits until the other side has closed this connection.</summary>
    public async Task Closed()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (await _socket.ReceiveAsync(_buffer, limit.Token) > 0)
            {
                // What is still said before the end.
            }
        }
        catch (SocketException)
        {
            // A reset is an end as well.
        }
    }

    public void Dispose() => _socket.Dispose();
}
