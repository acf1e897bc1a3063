using System.Net;
using System.Security.Cryptography;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Io.Tls;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.SipRec;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Streams;

namespace OrleansAcd.MediaNode.Node;

using SipHeader = OrleansAcd.Sip.Messages.SipHeader;

/// <summary>A worker: one loop that owns whole conversations, their SIP and their media.</summary>
/// <remarks>Everything here runs on the loop's thread. Decides nothing about calls: events out, commands in.</remarks>
internal sealed partial class NodeWorker : ISipOwner, ITimeoutHandler
{
    private static readonly TimeSpan HousekeepingPeriod = TimeSpan.FromMilliseconds(250);

    private readonly MediaNodeOptions _options;
    private readonly EventLoop _loop;
    private readonly SystemIds _ids = new();
    private readonly EventOutbox _outbox;
    private readonly Dictionary<CallId, Conversation> _conversations = [];
    private readonly LoopTimer _housekeeping;
    private readonly HostNames _names;
    private readonly NameServers _nameServers;
    private readonly TimeProvider _time;
    private readonly Action<CallId, Exception> _report;
    private SipEdge? _edge;
    private Instant _housekeepingDue;
    private bool _isDraining;

    public NodeWorker(
        NodeId node, MediaNodeOptions options, EventLoop loop, IStreamBus bus, PromptLibrary prompts, TimeProvider time,
        Action<CallId, Exception> report)
    {
        (Node, _options, _loop, Prompts, _time, _report) = (node, options, loop, prompts, time, report);
        _outbox = new EventOutbox(bus, options.EventsKeptMax, Counters);
        var ports = new RtpPortPool(options.RtpPortFirst, options.RtpPortLast, options.RtpPortCoolDown);
        var local = TransportAddress.From(options.Sip.Address, 0);
        Media = new MediaWorker(loop, ports, local, _ids) { Options = options.Media };
        Forwarding = new ForwardingOptions(options.VideoBandwidthMax, MediaNodeOptions.TextBandwidthMax);
        Phones = new PhoneBook(
            node, RandomNumberGenerator.GetBytes(32), _ids, changed => _outbox.PublishNode(changed), time.GetUtcNow);
        _housekeeping = new LoopTimer(this);
        RecordingNews = new RecordingNews(loop, Counters);
        _nameServers = new NameServers(options.Advertise.AddressFamily, options.NameServers);
        var locator = new SipLocator(_nameServers);
        _names = new HostNames(
            (to, end) => Task.Run(() => locator.Locate(to, end), end), loop.Post, () => loop.Now);
    }

    public NodeId Node { get; }

    public NodeCounters Counters { get; } = new();

    public MediaWorker Media { get; }

    public SystemIds Ids => _ids;

    public ForwardingOptions Forwarding { get; }

    public HostNames Names => _names;

    /// <summary>Questions that no name server gave a usable answer to.</summary>
    public long NamesUnanswered => _nameServers.Unanswered;

    public OverloadGauge Overload { get; } = new();

    public PromptLibrary Prompts { get; }

    public PhoneBook Phones { get; }

    public SipStack Sip => _edge!.Stack;

    public SipEdge Edge => _edge!;

    public Instant Now => _loop.Now;

    public MediaNodeOptions Options => _options;

    public IPAddress Advertise => _options.Advertise;

    public string AdvertiseHost { get; private set; } = "";

    public int ConversationCount => _conversations.Count;

    /// <summary>Exceptions that escaped a handler of the loop.</summary>
    public long LoopFaults => _loop.Faults;

    /// <summary>What kept <see cref="TryOpen"/> from it, in words.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Binds SIP; false when an address is taken or not ours, or a certificate cannot be used.</summary>
    public bool TryOpen()
    {
        if (!TryOpenTls(out var tls)) return false;

        var options = new SipEdgeOptions { Tls = tls, TlsNameOf = Trunks.CertificateNameOf };
        _edge = SipEdge.Bind(_loop, _options.Sip, MakeStack, this, options);
        if (_edge is null)
        {
            tls?.Dispose();
            var secure = _options.Tls?.Listen is { } at ? $", or --tls {at}" : "";
            Problem = $"--sip {_options.Sip}{secure}: the address is in use, or not one of this machine";
            return false;
        }

        _loop.AddDeadlineHook(() => Phones.NextDeadline, Phones.HandleTimeout);
        PlanHousekeeping();
        OpenRecorder();
        return true;
    }

    private bool TryOpenTls(out TlsAuthority? tls)
    {
        tls = null;
        if (_options.Tls is not { } options) return true;

        tls = TlsAuthority.Open(options, out var problem);
        Problem = problem;
        return tls is not null;
    }

    private void PlanHousekeeping()
    {
        _housekeepingDue = _loop.Now + HousekeepingPeriod;
        _loop.Schedule(_housekeeping, _housekeepingDue);
    }

    public ulong NextBits() => _ids.NextBits();

    public void Publish(MediaEvent happened) => _outbox.Publish(happened);

    public void PublishNode(NodeEvent happened) => _outbox.PublishNode(happened);

    public void Forget(Conversation conversation) => _conversations.Remove(conversation.Id);

    public void Execute(MediaCommand command)
    {
        if (_conversations.TryGetValue(command.Call, out var conversation))
        {
            Guarded(conversation, () => conversation.Execute(command));
        }
        else
        {
            Counters.CommandsIgnored++;
        }

        _edge!.Flush();
    }

    public void Apply(NodeSettings settings)
    {
        if (!Phones.Apply(settings, Now)) return;

        Trunks.Apply(settings.Trunks);
        _names.Watch(Trunks.Destinations(), Now);
        _edge!.Tls?.AskForCertificates(Trunks.HaveCertificates);
    }

    /// <summary>Takes no more calls.</summary>
    public void Drain() => _isDraining = true;

    /// <summary>What the ports of calls that are up were sent by strangers, or was no RTP.</summary>
    public (long Strangers, long Malformed) LiveQuality()
    {
        var (strangers, malformed) = (0L, 0L);
        foreach (var leg in _conversations.Values.SelectMany(conversation => conversation.Legs))
        {
            var quality = leg.Party.Quality;
            strangers += quality.Strangers;
            malformed += quality.Malformed;
        }

        return (strangers, malformed);
    }

    /// <summary>Ends all calls, told to phones and grains.</summary>
    public void EndAll()
    {
        foreach (var conversation in _conversations.Values.ToArray()) conversation.End(503, LegEndReason.NodeStopped);
        _edge!.Flush();
    }

    /// <summary>An invariant broke in one call: that call ends, the others never notice.</summary>
    public void OnFault(Conversation conversation, Exception error)
    {
        Counters.Faults++;
        _report(conversation.Id, error);
        try
        {
            conversation.End(500, LegEndReason.Unknown);
        }
        catch (Exception second)
        {
            Counters.Faults++;
            _report(conversation.Id, second);
        }
        finally
        {
            // Whatever could not be told: ports, timers and the tick are given back.
            conversation.Close();
            _conversations.Remove(conversation.Id);
        }
    }

    /// <summary>Closes all sockets. After the loop has stopped.</summary>
    public void Close()
    {
        foreach (var conversation in _conversations.Values) conversation.Close();
        _conversations.Clear();
        CloseRecorder();
        _edge!.Dispose();
    }

    public void OnSipEvent(SipEvent happened, Instant now)
    {
        if (TryHandleCopy(happened)) return;

        switch (happened)
        {
            case SipEvent.IncomingCall e: OnIncomingCall(e.Call, e.Invite, e.Replaced); break;
            case SipEvent.Provisional e:
                With(e.Call, fork => fork.Leg.Conversation.OnProvisional(fork, e.Response));
                break;
            case SipEvent.Answered e when e.Call.Tag is null: e.Call.Hangup(now); break;
            case SipEvent.Answered e: With(e.Call, fork => fork.Leg.Conversation.OnAnswered(fork, e.Response)); break;
            case SipEvent.Failed e: With(e.Call, fork => fork.Leg.Conversation.OnFailed(fork, e)); break;
            case SipEvent.Ended e: With(e.Call, fork => fork.Leg.Conversation.OnEnded(fork, e.Reason)); break;
            case SipEvent.AckReceived e: With(e.Call, fork => fork.Leg.Conversation.OnAck(fork, e.Ack)); break;
            case SipEvent.Reoffered { Call.Tag: null } e: e.Call.RejectReoffer(481, now); break;
            case SipEvent.Reoffered e: With(e.Call, fork => fork.Leg.Conversation.OnReoffered(fork, e.Request)); break;
            case SipEvent.ReofferAnswered e:
                With(e.Call, fork => fork.Leg.Conversation.OnRefreshed(fork, e.Response));
                break;
            case SipEvent.Referred { Call.Tag: null } e: e.Call.RejectRefer(e.Referral, 481, now); break;
            case SipEvent.Referred e: With(e.Call, fork => fork.Leg.Conversation.OnReferred(fork, e.Referral)); break;
            // Nothing of ours asks for a description in a PRACK; an offer would have to be answered (RFC 3262 §5).
            case SipEvent.PrackReceived e: e.Request.Respond(488, now); break;
            case SipEvent.RequestReceived e: OnRequest(e.Request, now); break;
            default: break;
        }
    }

    public void HandleTimeout(Instant now)
    {
        Overload.Handle(_housekeepingDue, _loop.Now);

        // Planned first: whatever fails below, there is a next time.
        PlanHousekeeping();
        Sip.Overloaded = Overload.IsOverloaded;
        RecordingNews.Take();
        _outbox.Retry();
        foreach (var conversation in _conversations.Values) ReportQuality(conversation, now);
        GiveUpOverdue(now);
        _names.Refresh(now);
    }

    public void OnFault(Exception error) => Counters.Faults++;

    /// <remarks>A call that breaks here is removed, which a dictionary takes while it is gone through.</remarks>
    private void ReportQuality(Conversation conversation, Instant now)
    {
        try
        {
            conversation.ReportQuality(now);
        }
        catch (Exception error)
        {
            OnFault(conversation, error);
        }
    }

    private void GiveUpOverdue(Instant now)
    {
        List<Conversation>? overdue = null;
        foreach (var conversation in _conversations.Values)
        {
            if (conversation.IsOverdue(now)) (overdue ??= []).Add(conversation);
        }

        if (overdue is null) return;

        foreach (var conversation in overdue) Guarded(conversation, () => conversation.GiveUp(now));
        _edge!.Flush();
    }

    private SipStack MakeStack(IPEndPoint bound, IPEndPoint? secure)
    {
        var isV6 = _options.Advertise.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var host = isV6 ? $"[{_options.Advertise}]" : _options.Advertise.ToString();
        AdvertiseHost = $"{host}:{bound.Port}";
        return new SipStack(
            new SipStackOptions
            {
                Host = host,
                UdpPort = bound.Port,
                TcpPort = bound.Port,
                TlsPort = secure?.Port ?? bound.Port,
                FollowSource = true,
                Allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, REGISTER",
                Accept = SipRecRequest.Accepted,
                CallsMax = 4 * _options.CallsMax,
                Resolve = _names.Resolve,
            },
            _ids);
    }

    private void OnIncomingCall(SipCall call, SipRequest invite, SipCall? replaced)
    {
        Counters.CallsOffered++;
        if (_isDraining || !Phones.IsOpen || _conversations.Count >= _options.CallsMax)
        {
            Refuse(call, 503);
            return;
        }

        if (replaced is not null)
        {
            OnReplacing(call, invite, replaced);
            return;
        }

        var conversation = new Conversation(this, CallIds.Next(_time.GetUtcNow(), NextBits()), epoch: 1);
        _conversations[conversation.Id] = conversation;
        Guarded(conversation, () =>
        {
            var refusal = conversation.Offer(call, invite, call.PeerFlow ?? default);
            if (refusal == 0) return;

            _conversations.Remove(conversation.Id);
            Refuse(call, refusal, conversation.RefusalText);
        });
    }

    /// <summary>The policy for a caller: that of the agent who calls, of the trunk, else encrypted where the phone
    /// can.</summary>
    internal LegSecurity SecurityOf(SipRequest invite, SipFlow? flow)
    {
        if (flow is not { } from) return new LegSecurity(EncryptionPolicy.Prefer, isSignallingSecure: false);

        var policy = Phones.EncryptionOf(Phones.WhoCalls(invite, from, Now))
            ?? TrunkOf(from)?.Encryption
            ?? EncryptionPolicy.Prefer;
        return new LegSecurity(policy, from.Transport == SipTransport.Tls);
    }

    /// <summary>The trunk that a request came from.</summary>
    internal TrunkSettings? TrunkOf(SipFlow flow) =>
        flow.Remote is null ? null : Trunks.From(flow.Remote, _edge!.PeerNames(flow));

    /// <param name="text">Told in a Warning header (RFC 3261 section 20.43, code 399).</param>
    private void Refuse(SipCall call, int code, string? text = null)
    {
        if (code == 503) Counters.CallsRefused++;
        List<SipHeader>? headers = code switch
        {
            503 => [SipHeader.Of("Retry-After", $"{(int)_options.RetryAfter.TotalSeconds}")],
            415 => [SipHeader.Of("Accept", "application/sdp")],
            _ when text is not null => [SipHeader.Of("Warning", $"399 {AdvertiseHost} \"{text}\"")],
            _ => null,
        };
        call.Reject(code, Now, headers: headers);
    }

    private void OnRequest(SipServerRequest request, Instant now)
    {
        switch (request.Request.Method)
        {
            case SipMethods.Register when Phones.IsOpen:
                Phones.Register(request, now);
                break;
            case SipMethods.Register:
                request.Respond(503, now, headers: [SipHeader.Of("Retry-After", "1")]);
                break;
            case SipMethods.Info when request.Call is { Tag: Fork }:
                With(request.Call, fork => fork.Leg.Conversation.OnInfo(fork, request));
                break;
            case SipMethods.Info when request.Call is not null:
                request.Respond(200, now);              // a call that is being ended: nobody listens
                break;
            default:
                request.Respond(405, now, headers: [SipHeader.Of("Allow", Sip.Options.Allow)]);
                break;
        }
    }

    private void With(SipCall call, Action<Fork> act)
    {
        if (call.Tag is Fork fork) Guarded(fork.Leg.Conversation, () => act(fork));
    }

    private void Guarded(Conversation conversation, Action act)
    {
        try
        {
            act();
            conversation.FollowParties();
        }
        catch (Exception error)
        {
            OnFault(conversation, error);
        }
    }
}
