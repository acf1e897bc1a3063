using System.Net;
using System.Net.Sockets;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Softphone;

/// <summary>Any number of softphones on one loop and one SIP port: callers and registered agents.</summary>
public sealed class SoftphoneHost : ISipOwner, IAsyncDisposable
{
    private readonly EventLoop _loop;
    private readonly RtpPortPool _ports;
    private readonly IPAddress _address;
    private readonly Dictionary<string, Softphone> _phones = new(StringComparer.Ordinal);
    private SipEdge? _edge;
    private volatile bool _isClosed;

    private SoftphoneHost(IPAddress address, int rtpFirst, int rtpLast)
    {
        _address = address;
        _loop = new EventLoop(Network.Default, new EventLoopOptions { Name = "softphones" });
        _ports = new RtpPortPool(rtpFirst, rtpLast, TimeSpan.FromSeconds(1));
    }

    public Instant Now => _loop.Now;

    /// <summary>Exceptions that escaped a handler; 0 unless something is broken.</summary>
    public long Faults => _loop.Faults;

    public SipCounters Counters => Sip.Counters;

    internal SystemIds Ids { get; } = new();

    internal SipStack Sip => _edge!.Stack;

    /// <summary>Starts on any free SIP port of an address; RTP ports come from the range.</summary>
    public static SoftphoneHost Start(IPAddress address, int rtpFirst, int rtpLast)
    {
        var host = new SoftphoneHost(address, rtpFirst, rtpLast);
        host._edge = SipEdge.Bind(host._loop, new IPEndPoint(address, 0), host.MakeStack, host)
            ?? throw new InvalidOperationException($"no free port at {address}");
        host._loop.Start();
        return host;
    }

    /// <summary>Registers a phone; await <see cref="Softphone.Registered"/>.</summary>
    public Softphone AddPhone(string user, string password, IPEndPoint server, PhoneBehaviour behaviour)
    {
        var phone = new Softphone(this, user, password, server, behaviour);
        Post(() =>
        {
            _phones[user] = phone;
            phone.Register(TimeSpan.FromMinutes(10));
        });
        return phone;
    }

    /// <summary>Calls a number of a centre.</summary>
    /// <param name="from">The user part that the centre is shown.</param>
    public PhoneCall Call(string number, IPEndPoint server, string from, PhoneVoice voice)
    {
        var call = new PhoneCall(this, voice, Now);
        Post(() => Dial(call, number, server, from));
        return call;
    }

    public void OnSipEvent(SipEvent happened, Instant now)
    {
        switch (happened)
        {
            case SipEvent.IncomingCall e: OnIncoming(e.Call, e.Invite); break;
            case SipEvent.Answered { Call.Tag: PhoneCall call } e: call.OnAnswered(e.Response); break;
            case SipEvent.Failed { Call.Tag: PhoneCall call } e: call.OnEnded(e.Code); break;
            case SipEvent.Ended { Call.Tag: PhoneCall call }: call.OnEnded(0); break;
            case SipEvent.Reoffered { Call.Tag: PhoneCall call } e: OnReoffered(call, e); break;
            case SipEvent.RequestAnswered { Request.Tag: Softphone phone } e:
                phone.OnResponse(e.Request, e.Response);
                break;
            case SipEvent.RequestFailed { Request.Tag: Softphone phone } e: phone.OnNoResponse(e.Code); break;
            case SipEvent.Referred e: e.Call.RejectRefer(e.Referral, 603, now); break;
            case SipEvent.RequestReceived e: e.Request.Respond(e.Request.Call is null ? 405 : 200, now); break;
            default: break;
        }
    }

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        _loop.Stop();
        _edge?.Dispose();
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs on the loop, and sends what the stack then has to send.</summary>
    internal void Post(Action act)
    {
        var isTaken = _loop.Post(() =>
        {
            act();
            _edge!.Flush();
        });
        if (!isTaken && !_isClosed) throw new InvalidOperationException("the softphones' loop is flooded");
    }

    internal void After(TimeSpan delay, Action act)
    {
        var once = new Once(act, _edge!);
        _loop.Schedule(once.Timer, _loop.Now + delay);
    }

    internal PhoneAudio? OpenAudio(PhoneVoice voice)
    {
        var sockets = _ports.Rent(_loop.Net, TransportAddress.From(_address, 0), Now);
        return sockets is null ? null : new PhoneAudio(_loop, sockets, voice.Speech, voice.ListenForHz, Ids);
    }

    internal void CloseAudio(PhoneAudio audio)
    {
        audio.Dispose();
        _ports.Return(audio.Sockets, Now);
    }

    internal SessionDescription Describe(int rtpPort)
    {
        var address = _address.ToString();
        var capability = new AudioCapability { Address = address, RtpPort = rtpPort, RtcpPort = rtpPort + 1 };
        return AudioSdp.Describe(capability, SdpOrigin.Create(Ids.NextBits(), address));
    }

    internal string ContactOf(string user) => $"<{SipUri.Create(user, HostText, _edge!.Local.Port)}>";

    private string HostText => _address.AddressFamily == AddressFamily.InterNetworkV6
        ? $"[{_address}]"
        : _address.ToString();

    private SipStack MakeStack(IPEndPoint bound) => new(
        new SipStackOptions
        {
            Host = HostText, UdpPort = bound.Port, TcpPort = bound.Port, UserAgent = "OrleansAcd-Softphone",
        },
        Ids);

    private void Dial(PhoneCall call, string number, IPEndPoint server, string from)
    {
        if (call.Offer() is not { } offer)
        {
            call.OnEnded(503);
            return;
        }

        call.Sip = Sip.Invite(
            new SipInviteOptions
            {
                Target = SipUri.Create(number, server.Address.ToString(), server.Port),
                From = NameAddr.Create(null, SipUri.Create(from, HostText)),
                Body = offer,
                Tag = call,
            },
            Now);
    }

    private void OnIncoming(SipCall call, SipRequest invite)
    {
        if (_phones.TryGetValue(invite.RequestUri.UserUnescaped, out var phone)) phone.OnIncoming(call, invite);
        else call.Reject(404, Now);
    }

    private void OnReoffered(PhoneCall call, SipEvent.Reoffered e)
    {
        if (e.Request.HasBody && call.Reanswer(e.Request.Body) is { } answer) e.Call.AcceptReoffer(answer, Now);
        else e.Call.RejectReoffer(488, Now);
    }

    private sealed class Once : ITimeoutHandler
    {
        private readonly Action _act;
        private readonly SipEdge _edge;

        public Once(Action act, SipEdge edge)
        {
            (_act, _edge) = (act, edge);
            Timer = new LoopTimer(this);
        }

        public LoopTimer Timer { get; }

        public void HandleTimeout(Instant now)
        {
            _act();
            _edge.Flush();
        }

        public void OnFault(Exception error)
        {
            // Counted by the loop; the call it was for ends by its own time-outs.
        }
    }
}
