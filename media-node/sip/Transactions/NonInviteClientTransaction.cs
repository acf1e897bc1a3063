using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transactions;

/// <summary>States of a non-INVITE transaction, client or server: RFC 3261 figures 6 and 8.</summary>
public enum NonInviteState
{
    Trying,
    Proceeding,
    Completed,
    Terminated,
}

/// <summary>Non-INVITE client transaction, RFC 3261 §17.1.2.</summary>
public sealed class NonInviteClientTransaction : SipTransaction
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly SipTimers _timers;
    private readonly bool _reliable;
    private TimeSpan _intervalE;
    private Instant _timerE = Instant.Never;
    private Instant _deadline;

    /// <summary>Starts in Trying; the request waits to be polled.</summary>
    public NonInviteClientTransaction(ReadOnlyMemory<byte> bytes, SipTimers timers, bool reliable, Instant now)
    {
        ArgumentNullException.ThrowIfNull(timers);
        (_bytes, _timers, _reliable) = (bytes, timers, reliable);
        _intervalE = timers.T1;
        if (!reliable) _timerE = now + _intervalE;
        _deadline = now + timers.Timeout;
        Send(bytes);
    }

    public NonInviteState State { get; private set; }

    public override bool IsTerminated => State is NonInviteState.Terminated;

    public override Instant NextDeadline => State switch
    {
        NonInviteState.Terminated => Instant.Never,
        NonInviteState.Completed => _deadline,
        _ => Instant.Min(_timerE, _deadline),
    };

    public void Handle(SipResponse response, Instant now)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (State is NonInviteState.Completed or NonInviteState.Terminated) return;

        Deliver(response);
        if (response.IsProvisional)
        {
            State = NonInviteState.Proceeding;
            return;
        }

        State = NonInviteState.Completed;
        _deadline = now + _timers.T4;                           // timer K
        if (_reliable) Terminate();
    }

    public override void HandleTimeout(Instant now)
    {
        if (now < NextDeadline) return;

        if (State is NonInviteState.Completed)
        {
            Terminate();
            return;
        }

        if (now >= _deadline)
        {
            Put(TransactionOutputKind.TimedOut);                // timer F
            Terminate();
            return;
        }

        // §17.1.2.2: timer E is "MIN(2*T1, T2)" and so on; in Proceeding it is T2.
        var doubled = _intervalE * 2;
        _intervalE = State is NonInviteState.Proceeding || doubled > _timers.T2 ? _timers.T2 : doubled;
        _timerE = now + _intervalE;
        Send(_bytes, again: true);
    }

    protected override void Terminate()
    {
        State = NonInviteState.Terminated;
        Put(TransactionOutputKind.Terminated);
    }
}
