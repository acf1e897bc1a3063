using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Bench;

/// <summary>Callers and agents' phones over real SIP: a caller calls, an agent's phone rings and answers at once, the
/// caller
/// hangs up.</summary>
/// <remarks>One loop, one UDP socket, no audio. A header of the caller's, which the centre carries to the agent, says
/// which
/// two legs are one call. Public methods are for other threads; everything else runs on the loop.</remarks>
internal sealed class CallLoad : ISipOwner, ITimeoutHandler, IDisposable
{
    private const string CallHeader = "X-Bench-Call";

    private static readonly byte[] s_sdp = Encoding.ASCII.GetBytes(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 101\r\n"
        + "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n");

    private readonly EventLoop _loop = new(Network.Default, new EventLoopOptions { Name = "load" });
    private readonly SystemIds _ids = new();
    private readonly IPEndPoint _centre;
    private readonly SipEdge _edge;
    private readonly LoopTimer _pace;
    private readonly Dictionary<int, BenchCall> _calls = [];
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unregistered;
    private int _lastCall;
    private Instant _nextAt;
    private CallRun? _run;

    public CallLoad(IPEndPoint centre)
    {
        _centre = centre;
        _pace = new LoopTimer(this);
        _edge = SipEdge.Bind(_loop, new IPEndPoint(IPAddress.Loopback, 0), MakeStack, this)!;
        _loop.Start();
    }

    /// <summary>Requests and responses that were sent again, since an answer was late or lost.</summary>
    public long Retransmissions => _edge.Stack.Counters.RetransmissionsSent;

    public string? FirstFailure { get; private set; }

    public Task Register(int agents)
    {
        _unregistered = agents;
        _loop.Post(() =>
        {
            for (var i = 0; i < agents; i++)
            {
                var phone = new BenchPhone(CentreProcess.NameOf(i), CentreProcess.PasswordOf(i), _centre, _ids);
                phone.Register(_edge.Stack, $"<sip:{CentreProcess.NameOf(i)}@{_edge.Local}>", _loop.Now);
            }

            _edge.Flush();
        });
        return _registered.Task;
    }

    /// <summary>Makes the calls; calls that come to no end in time are counted as failed.</summary>
    public CallRun Run(CallRun run, TimeSpan within)
    {
        _loop.Post(() =>
        {
            (_run, _nextAt) = (run, _loop.Now);
            HandleTimeout(_loop.Now);
        });
        if (!run.Done.Task.Wait(within)) run.Failed += run.Calls - run.Completed - run.Failed;
        return run;
    }

    /// <summary>Ends the calls that are up, and waits until they are gone.</summary>
    public void HangUp(CallRun held, TimeSpan within)
    {
        var rest = new CallRun(held.Answered, held.Answered, TimeSpan.Zero) { Started = held.Answered };
        _loop.Post(() =>
        {
            _run = rest;
            foreach (var call in _calls.Values.ToArray()) call.Caller!.Hangup(_loop.Now);
            _edge.Flush();
        });
        rest.Done.Task.Wait(within);
    }

    public void HandleTimeout(Instant now)
    {
        var run = _run!;
        while (run.Started < run.Calls && run.InFlight < run.InFlightMax && _nextAt <= now)
        {
            _nextAt += run.Interval;
            Begin(run);
            _edge.Flush();
        }

        if (run.Started < run.Calls && run.Interval > TimeSpan.Zero) _loop.Schedule(_pace, _nextAt);
    }

    public void OnFault(Exception error) => Fail(error.ToString());

    public void OnSipEvent(SipEvent happened, Instant now)
    {
        switch (happened)
        {
            case SipEvent.RequestAnswered { Request.Tag: BenchPhone phone } e:
                if (phone.OnResponse(_edge.Stack, e, now) && --_unregistered == 0) _registered.TrySetResult();
                break;
            case SipEvent.IncomingCall e: Ring(e, now); break;
            case SipEvent.AckReceived { Call.Tag: BenchCall call }: Talk(call, now); break;
            case SipEvent.Failed { Call.Tag: BenchCall call } e: Lose(call, $"{e.Code} {e.Reason}"); break;
            case SipEvent.Ended { Call.Tag: BenchCall call } e: End(call, e, now); break;
            case SipEvent.RequestFailed e: Fail($"no answer to {e.Request.Request.Method}"); break;
            default: break;
        }
    }

    public void Dispose()
    {
        _loop.Stop();
        _edge.Dispose();
        _loop.Dispose();
    }

    private static SipStack MakeStack(IPEndPoint bound) => new(
        new SipStackOptions { Host = bound.Address.ToString(), UdpPort = bound.Port, TcpPort = bound.Port },
        new SystemIds());

    private void Begin(CallRun run)
    {
        run.Started++;
        var call = new BenchCall(++_lastCall) { InvitedAt = Stopwatch.GetTimestamp() };
        _calls[call.Id] = call;
        call.Caller = _edge.Stack.Invite(
            new SipInviteOptions
            {
                Target = SipUri.Create("support", _centre.Address.ToString(), _centre.Port),
                From = NameAddr.Create(null, SipUri.Create("caller", _edge.Local.Address.ToString(), _edge.Local.Port)),
                Headers = [SipHeader.Of(CallHeader, call.Id.ToString(CultureInfo.InvariantCulture))],
                Body = s_sdp,
                Tag = call,
            },
            _loop.Now);
    }

    private void Ring(SipEvent.IncomingCall e, Instant now)
    {
        if (Find(e.Invite) is not { Agent: null } call)
        {
            e.Call.Reject(481, now);
            Fail("an agent's phone rang for a call that nobody made");
            return;
        }

        _run!.AddDelay(Stopwatch.GetElapsedTime(call.InvitedAt).TotalMilliseconds);
        call.Agent = e.Call;
        e.Call.Tag = call;
        e.Call.ProvisionalResponse(180, now);
        e.Call.Accept(now, s_sdp);
    }

    private BenchCall? Find(SipRequest invite)
    {
        foreach (var header in invite.Headers)
        {
            if (header.Name != CallHeader) continue;

            return _calls.GetValueOrDefault(int.Parse(header.Value, CultureInfo.InvariantCulture));
        }

        return null;
    }

    private void Talk(BenchCall call, Instant now)
    {
        _run!.Answered++;
        if (!_run.IsHeld) call.Caller!.Hangup(now);
        else if (_run.IsDone) _run.Done.TrySetResult();
    }

    private void End(BenchCall call, SipEvent.Ended e, Instant now)
    {
        if (e.Call == call.Caller) call.HasCallerEnded = true;
        else call.HasAgentEnded = true;
        var expected = e.Call == call.Caller ? SipEndReason.Local : SipEndReason.RemoteBye;
        if (e.Reason != expected) Lose(call, $"ended: {e.Reason} {e.ReasonHeader}");
        else if (call is { HasCallerEnded: true, HasAgentEnded: true } && _calls.Remove(call.Id)) Next(completed: 1, now);
    }

    private void Lose(BenchCall call, string why)
    {
        if (!_calls.Remove(call.Id)) return;

        call.Caller!.Hangup(_loop.Now);
        Fail(why);
        Next(completed: 0, _loop.Now);
    }

    private void Next(int completed, Instant now)
    {
        var run = _run!;
        run.Completed += completed;
        if (run.IsDone) run.Done.TrySetResult();
        else if (run.Interval == TimeSpan.Zero) HandleTimeout(now);
    }

    private void Fail(string why)
    {
        FirstFailure ??= why;
        if (_run is not null) _run.Failed++;
    }
}
