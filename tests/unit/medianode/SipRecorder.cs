using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.SipRec;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

using MediaDirection = OrleansAcd.Sip.Sdp.MediaDirection;

/// <summary>A session recording server (RFC 7866): SIP over real sockets, a port for each m= line.</summary>
internal sealed class SipRecorder : ISipOwner, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly int _code;
    private readonly EventLoop _loop = new(Network.Default, new EventLoopOptions { Name = "recorder" });
    private readonly SipEdge _edge;
    private readonly Channel<SipRequest> _invites = Channel.CreateUnbounded<SipRequest>();
    private readonly TaskCompletionSource<SipEndReason> _ended = new();
    private readonly ConcurrentDictionary<string, UdpClient> _ports = new();
    private readonly ConcurrentDictionary<string, UdpClient> _reports = new();
    private readonly ConcurrentDictionary<string, (SrtpReceiver Opens, CryptoAttribute Own)> _keys = new();
    private SipCall? _call;

    /// <param name="code">What an INVITE is answered with; 0: nothing.</param>
    public SipRecorder(int code = 200)
    {
        _code = code;
        _edge = SipEdge.Bind(_loop, new IPEndPoint(IPAddress.Loopback, 0), MakeStack, this)!;
        Uri = $"sip:recorder@{_edge.Local}";
        _loop.Start();
    }

    public string Uri { get; }

    /// <summary>Who may record here, all else is challenged (RFC 3261 section 22.2); null: everybody.</summary>
    public (string User, string Realm, string Password)? Account { get; init; }

    /// <summary>It encrypts with this suite when it is offered; null: it does not know of keys.</summary>
    public SdesSuite? Suite { get; init; }

    /// <summary>Challenges that were sent.</summary>
    public int Challenges { get; private set; }

    /// <summary>How the session ended.</summary>
    public Task<SipEndReason> Ended => _ended.Task.WaitAsync(Patience);

    /// <summary>The next INVITE, the first or a later one.</summary>
    public async Task<SipRequest> Invite()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await _invites.Reader.ReadAsync(limit.Token);
    }

    public void HangUp() => _loop.Post(() =>
    {
        _call!.Hangup(_loop.Now);
        _edge.Flush();
    });

    /// <summary>RFC 7866 section 9.2.</summary>
    public void AskForSnapshot() => _loop.Post(() =>
    {
        const string xml = "<requestsnapshot xmlns='urn:ietf:params:xml:ns:recording:1'/>";
        _call!.Update(Encoding.UTF8.GetBytes(xml), _loop.Now, SipRecMetadata.ContentType);
        _edge.Flush();
    });

    /// <summary>The next compound RTCP packet that comes beside the line with that label.</summary>
    public async Task<byte[]> Report(string label)
    {
        using var limit = new CancellationTokenSource(Patience);
        var packet = (await _reports[label].ReceiveAsync(limit.Token)).Buffer;
        if (!_keys.TryGetValue(label, out var keys)) return packet;

        Assert.Equal(SrtpVerdict.Done, keys.Opens.OpenRtcp(packet, out var length));
        return packet[..length];
    }

    /// <summary>Sends one to the line with that label, whose RTCP is at this port.</summary>
    public void SendReport(string label, byte[] report, int port) =>
        _reports[label].Send(report, new IPEndPoint(IPAddress.Loopback, port));

    public static SessionDescription SdpOf(SipRequest invite)
    {
        var type = invite.Headers.Get(SipHeaderId.ContentType);
        var body = MultipartBody.Find(type, invite.Body, "application/sdp");
        return SessionDescription.TryParse(body.Span, out var sdp) == SdpError.None ? sdp : throw new FormatException();
    }

    public static byte[] MetadataOf(SipRequest invite) => MultipartBody
        .Find(invite.Headers.Get(SipHeaderId.ContentType), invite.Body, SipRecMetadata.ContentType).ToArray();

    /// <summary>What has come on the line with that label, and how many packets were missing.</summary>
    public (short[] Sound, int Packets, int Missing) Heard(string label)
    {
        var (sound, sequences) = (new List<short>(), new List<int>());
        var from = new IPEndPoint(IPAddress.Any, 0);
        for (var port = _ports[label]; port.Available > 0;)
        {
            var packet = port.Receive(ref from);
            if (_keys.TryGetValue(label, out var keys))
            {
                Assert.Equal(SrtpVerdict.Done, keys.Opens.OpenRtp(packet, out var length));
                packet = packet[..length];
            }

            if (RtpHeader.TryParse(packet, out var header) != RtpParseError.None) throw new FormatException("no RTP");
            var law = header.PayloadType == 8 ? G711Codec.Pcma : G711Codec.Pcmu;
            sequences.Add(header.Sequence.Value);
            foreach (var value in packet.AsSpan(header.PayloadOffset)) sound.Add(G711.Decode(law, value));
        }

        var missing = sequences.Zip(sequences.Skip(1), (one, next) => ((next - one) & 0xFFFF) - 1).Sum();
        return ([.. sound], sequences.Count, missing);
    }

    public void OnSipEvent(SipEvent happened, Instant now)
    {
        switch (happened)
        {
            case SipEvent.IncomingCall e: Take(e.Call, e.Invite, now); break;
            case SipEvent.Reoffered e:
                e.Call.AcceptReoffer(Answer(e.Request), now);
                _invites.Writer.TryWrite(e.Request);
                break;
            case SipEvent.Ended e: _ended.TrySetResult(e.Reason); break;
            default: break;
        }
    }

    public void Dispose()
    {
        _loop.Stop();
        _edge.Dispose();
        _loop.Dispose();
        foreach (var (opens, _) in _keys.Values) opens.Dispose();
        foreach (var port in _ports.Values.Concat(_reports.Values)) port.Dispose();
    }

    private SipStack MakeStack(IPEndPoint bound) => new(
        new SipStackOptions
        {
            Host = "127.0.0.1", UdpPort = bound.Port, TcpPort = bound.Port, Supported = "timer, siprec",
            Accept = "application/sdp, multipart/mixed, application/rs-metadata+xml",
        },
        new SeededIdSource((ulong)bound.Port));

    private void Take(SipCall call, SipRequest invite, Instant now)
    {
        if (IsChallenged(call, invite, now)) return;

        _call = call;
        if (_code == 200) call.Accept(now, Answer(invite));
        else if (_code > 0) call.Reject(_code, now);
        _invites.Writer.TryWrite(invite);
    }

    private bool IsChallenged(SipCall call, SipRequest invite, Instant now)
    {
        if (Account is not var (user, realm, password)) return false;

        var ha1 = DigestMath.Ha1(DigestAlgorithm.Md5, user, realm, password);
        var isKnown = invite.Headers.Get(SipHeaderId.Authorization) is { } header
            && DigestCredentials.TryParse(header, out var given)
            && given.User == user && given.Response == DigestMath.Response(ha1, given, "INVITE", default);
        if (isKnown) return false;

        Challenges++;
        var challenge = $"Digest realm=\"{realm}\", nonce=\"n{Challenges}\", algorithm=MD5, qop=\"auth\"";
        call.Reject(401, now, headers: [SipHeader.Of("WWW-Authenticate", challenge)]);
        return true;
    }

    private byte[] Answer(SipRequest invite)
    {
        var offer = SdpOf(invite);
        return (offer with
        {
            Connection = SdpConnection.Of("127.0.0.1"), Media = [.. offer.Media.Select(Line)],
        }).ToBytes();
    }

    private MediaSection Line(MediaSection offered)
    {
        if (offered.IsRefused) return offered.Refused();

        var label = offered.Attributes.ValueOf("label")!;
        var answer = offered with
        {
            Port = PortOf(_ports, label),
            Attributes =
            [
                .. offered.Attributes.Where(attribute => attribute.Name != "crypto"), .. Keys(offered, label),
                new("rtcp", $"{PortOf(_reports, label)}"),
            ],
        };
        var isPaused = offered.Attributes.Direction() == MediaDirection.Inactive;
        return answer.WithDirection(isPaused ? MediaDirection.Inactive : MediaDirection.RecvOnly);
    }

    /// <summary>RFC 4568 section 5.1.2: one line, with the offered one's tag and a key of its own.</summary>
    private IEnumerable<SdpAttribute> Keys(MediaSection offered, string label)
    {
        foreach (var value in offered.Crypto)
        {
            Assert.Equal(CryptoError.None, CryptoAttribute.TryParse(value, out var line));
            if (line!.Suite != Suite) continue;

            var keys = _keys.GetOrAdd(label, _ =>
            {
                Assert.True(SrtpKey.TryCreate(SrtpSuite.Find(Suite.Name)!, line.Master, out var key));
                var own = RandomNumberGenerator.GetBytes(Suite.MasterBytes);
                return (new SrtpReceiver(key!), new CryptoAttribute(line.Tag, Suite, own));
            });
            Assert.True(SrtpKey.TryCreate(SrtpSuite.Find(Suite.Name)!, line.Master, out var again));
            Assert.Equal(keys.Opens.Key, again);
            yield return keys.Own.WithTag(line.Tag).ToAttribute();
        }
    }

    private static int PortOf(ConcurrentDictionary<string, UdpClient> sockets, string label)
    {
        var socket = sockets.GetOrAdd(label, _ => new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }
}
