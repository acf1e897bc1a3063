using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A phone that a test plays by hand, message by message, over real UDP.</summary>
internal sealed class WirePhone : IDisposable
{
    public const string G711 = "0 8";
    public const string OwnTag = "me";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static int s_calls;

    private readonly UdpClient _sip = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _rtp;
    private readonly UdpClient _rtcp;
    private readonly IPEndPoint _node;
    private readonly string _callId = $"wire{Interlocked.Increment(ref s_calls)}";
    private readonly HashSet<(string CallId, uint Number, string Method)> _taken = [];
    private int _branch;
    private ushort _sequence;

    public WirePhone(IPEndPoint node)
    {
        _node = node;
        (_rtp, _rtcp) = BindPair();
    }

    public string CallId => _callId;

    public IPEndPoint Local => (IPEndPoint)_sip.Client.LocalEndPoint!;

    /// <summary>What the last 2xx to our INVITE named us, for requests inside the call.</summary>
    public string ToTag { get; set; } = "";

    /// <summary>As if it had registered, for a Dial.</summary>
    public PhoneContact Contact(NodeId node) => new(
        $"sip:wire@{Local}", [], "udp", Local.ToString(), node, DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1));

    /// <summary>Where our RTP is, of all kinds.</summary>
    public int RtpPort => ((IPEndPoint)_rtp.Client.LocalEndPoint!).Port;

    public string Sdp(string formats = G711) =>
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        + $"m=audio {((IPEndPoint)_rtp.Client.LocalEndPoint!).Port} RTP/AVP {formats}\r\n";

    public void Send(
        string method, uint cseq, string body = "", string extra = "", string user = "support",
        string contentType = "application/sdp")
    {
        var to = ToTag.Length == 0 ? "" : ";tag=" + ToTag;
        var contact = method == SipMethods.Register ? "" : $"Contact: <sip:carl@{Local}>\r\n";
        var type = body.Length == 0 ? "" : $"Content-Type: {contentType}\r\n";
        var text = $"{method} sip:{user}@{_node} SIP/2.0\r\n"
            + $"Via: SIP/2.0/UDP {Local};rport;branch=z9hG4bK{_callId}x{++_branch}\r\n"
            + $"Max-Forwards: 70\r\nFrom: <sip:carl@{Local}>;tag=me\r\nTo: <sip:{user}@{_node}>{to}\r\n"
            + $"Call-ID: {_callId}\r\nCSeq: {cseq} {method}\r\n{contact}"
            + $"{type}{extra}Content-Length: {body.Length}\r\n\r\n{body}";
        _sip.Send(Encoding.UTF8.GetBytes(text), _node);
    }

    public void Respond(SipRequest request, int code, string body = "", string extra = "")
    {
        var response = SipResponse.For(request, code, null, "wire");
        response.Headers.Add(SipHeaderId.Contact, $"<sip:wire@{Local}>");
        foreach (var line in extra.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            response.Headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        if (body.Length > 0) response.Headers.Add(SipHeaderId.ContentType, "application/sdp");
        response.Body = Encoding.UTF8.GetBytes(body);
        _sip.Send(SipWriter.ToArray(response), _node);
    }

    /// <summary>The next final response to that method.</summary>
    public async Task<SipResponse> Final(string method, uint cseq)
    {
        while (true)
        {
            if (await Next() is SipResponse { StatusCode: >= 200 } response
                && response.CSeq.Method == method && response.CSeq.Number == cseq) return response;
        }
    }

    /// <summary>The next response of any kind with that code.</summary>
    public async Task<SipResponse> Response(int code)
    {
        while (true)
        {
            if (await Next() is SipResponse response && response.StatusCode == code) return response;
        }
    }

    /// <summary>The next request with that method; one that comes again, since we were slow to answer, is
    /// none.</summary>
    public async Task<SipRequest> Request(string method)
    {
        while (true)
        {
            if (await Next() is SipRequest request && request.Method == method
                && _taken.Add((request.CallId, request.CSeq.Number, method))) return request;
        }
    }

    /// <summary>Registers contacts after the challenge; the final response.</summary>
    public async Task<SipResponse> Register(string user, uint cseq, string contacts)
    {
        var digest = new DigestClient(user, user + "-pw", new SeededIdSource(cseq));
        ToTag = "";
        var self = $"sip:{user}@{_node}";
        Send(SipMethods.Register, cseq, extra: contacts, user: user);
        var challenged = await Final(SipMethods.Register, cseq);
        var challenges = challenged.Headers.All(SipHeaderId.WwwAuthenticate);
        digest.TryAnswer(challenges, SipMethods.Register, self, [], out var credentials);
        Send(SipMethods.Register, cseq + 1, extra: $"{contacts}Authorization: {credentials}\r\n", user: user);
        return await Final(SipMethods.Register, cseq + 1);
    }

    /// <summary>A frame of RTP to a port of the node's.</summary>
    /// <param name="sound">Of which all of it is.</param>
    public void Say(int port, byte payloadType = 0, byte sound = 0)
    {
        var packet = new byte[12 + 160];
        packet.AsSpan(12).Fill(sound);
        (packet[0], packet[1]) = (0x80, payloadType);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), ++_sequence);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), _sequence * 160u);
        packet[11] = 77;
        _rtp.Send(packet, new IPEndPoint(IPAddress.Loopback, port));
    }

    /// <summary>Nothing of SIP waits for us.</summary>
    public bool HasNoSip => _sip.Available == 0;

    /// <summary>What came and was not heard.</summary>
    public void ForgetAudio()
    {
        IPEndPoint? from = null;
        while (_rtp.Available > 0) _rtp.Receive(ref from);
    }

    /// <summary>A frame of audio or a packet of video that came to us.</summary>
    public async Task<byte[]> Hear()
    {
        using var limit = new CancellationTokenSource(Patience);
        return (await _rtp.ReceiveAsync(limit.Token)).Buffer;
    }

    public static int AudioPort(SipMessage message) => PortOf(message, "audio");

    /// <summary>The port of a line, 0 when it was refused.</summary>
    public static int PortOf(SipMessage message, string media)
    {
        var sdp = Encoding.UTF8.GetString(message.Body.Span);
        var words = sdp[sdp.IndexOf($"m={media} ", StringComparison.Ordinal)..].Split(' ');
        return int.Parse(words[1], CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _sip.Dispose();
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    /// <summary>RFC 3550 §11: RTCP goes to the next port, which must not be another test's.</summary>
    private static (UdpClient Rtp, UdpClient Rtcp) BindPair()
    {
        while (true)
        {
            var rtp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            try
            {
                var port = ((IPEndPoint)rtp.Client.LocalEndPoint!).Port;
                if (port % 2 == 0) return (rtp, new UdpClient(new IPEndPoint(IPAddress.Loopback, port + 1)));
            }
            catch (SocketException)
            {
                // Somebody else's: another pair, then.
            }

            rtp.Dispose();
        }
    }

    private async Task<SipMessage> Next()
    {
        using var limit = new CancellationTokenSource(Patience);
        var datagram = await _sip.ReceiveAsync(limit.Token);

        // What another test's node still sends to whoever had this port before is not for us.
        while (!datagram.RemoteEndPoint.Equals(_node)) datagram = await _sip.ReceiveAsync(limit.Token);
        return SipParser.TryParse(datagram.Buffer, out var message, out var error)
            ? message! : throw new FormatException(error.ToString());
    }
}
