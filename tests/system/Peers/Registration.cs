using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Registers a phone's address, written apart from the product: plain sockets and the MD5 challenge (RFC
/// 2617 as
/// in RFC 7616). For sipp, whose digest takes the first challenge that it sees and knows no SHA-256.</summary>
public sealed class Registration : IDisposable
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly IPEndPoint _server;
    private readonly string _callId = Guid.NewGuid().ToString("n");
    private readonly bool _tcp;
    private int _cseq;

    /// <param name="port">The local port it sends from, and the one of the contact unless told otherwise; TCP:
    /// any.</param>
    public Registration(string server, int port, bool tcp = false, IPAddress? local = null)
    {
        _server = IPEndPoint.Parse(server);
        _tcp = tcp;
        Contact = new IPEndPoint(local ?? IPAddress.Loopback, port);
        _socket = tcp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(Contact.Address, tcp ? 0 : port));
        _socket.Connect(_server);
    }

    public IPEndPoint Contact { get; }

    /// <summary>Registers; the status code of the last answer.</summary>
    public async Task<int> Register(string user, string password, int expires = 120)
    {
        var challenge = await Ask(Request(user, expires, null));
        if (Status(challenge) != 401) return Status(challenge);

        return Status(await Ask(Request(user, expires, Credentials(challenge, user, password))));
    }

    public void Dispose() => _socket.Dispose();

    private static int Status(string response) => int.Parse(response.AsSpan(8, 3), null);

    private string Request(string user, int expires, string? authorization)
    {
        var transport = _tcp ? "TCP" : "UDP";
        var lines = new List<string>
        {
            $"REGISTER sip:{_server} SIP/2.0",
            $"Via: SIP/2.0/{transport} {_socket.LocalEndPoint};branch=z9hG4bK{Guid.NewGuid():n};rport",
            $"From: <sip:{user}@{_server.Address}>;tag={_callId[..8]}",
            $"To: <sip:{user}@{_server.Address}>",
            $"Call-ID: {_callId}",
            $"CSeq: {++_cseq} REGISTER",
            $"Contact: <sip:{user}@{Contact};transport={transport.ToLowerInvariant()}>;expires={expires}",
            "Max-Forwards: 70",
        };
        if (authorization is not null) lines.Add("Authorization: " + authorization);
        return string.Join("\r\n", lines) + "\r\nContent-Length: 0\r\n\r\n";
    }

    private async Task<string> Ask(string request)
    {
        using var limit = new CancellationTokenSource(AnswerMax);
        await _socket.SendAsync(Encoding.ASCII.GetBytes(request), limit.Token);
        var buffer = new byte[8_192];
        var length = await _socket.ReceiveAsync(buffer, limit.Token);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private string Credentials(string response, string user, string password)
    {
        var challenge = Regex.Match(response, "WWW-Authenticate: Digest (?!.*SHA-256)[^\r]*", RegexOptions.IgnoreCase).Value;
        var (realm, nonce) = (Field(challenge, "realm"), Field(challenge, "nonce"));
        var (uri, cnonce) = ($"sip:{_server}", _callId[..8]);
        var secret = Md5($"{user}:{realm}:{password}");
        var digest = Md5($"{secret}:{nonce}:00000001:{cnonce}:auth:{Md5($"REGISTER:{uri}")}");
        return $"Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{digest}\", "
            + $"algorithm=MD5, qop=auth, nc=00000001, cnonce=\"{cnonce}\"{Opaque(challenge)}";
    }

    private static string Opaque(string challenge) =>
        Field(challenge, "opaque") is { Length: > 0 } opaque ? $", opaque=\"{opaque}\"" : "";

    private static string Field(string challenge, string name) => Regex.Match(challenge, name + "=\"([^\"]*)\"").Groups[1].Value;

#pragma warning disable CA5351 // MD5 is what RFC 2617 asks for.
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
}
