using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transactions;

/// <summary>States of an INVITE server transaction, RFC 3261 figure 7 with Accepted of RFC 6026 §8.7.</summary>
public enum InviteServerState
{
    Proceeding,
    Completed,
    Confirmed,
    Accepted,
    Terminated,
}

/// <summary>INVITE server transaction, RFC 3261 §17.2.1 with RFC 6026 §7.1.</summary>
/// <remarks>A 2xx is retransmitted by its user (§13.3.1.4), through <see cref="Respond"/>.</remarks>
public sealed class InviteServerTransaction(SipTimers timers, bool reliable) : SipTransaction
{
    private readonly SipTimers _timers = timers;
    private readonly bool _reliable = reliable;
    private ReadOnlyMemory<byte> _lastResponse;
    private TimeSpan _intervalG;
    private Instant _timerG = Instant.Never;
    private Instant _deadline = Instant.Never;

    public InviteServerState State { get; private set; }

    public override bool IsTerminated => State is InviteServerState.Terminated;

    public override Instant NextDeadline => State switch
    {
        InviteServerState.Completed => Instant.Min(_timerG, _deadline),
        InviteServerState.Confirmed or InviteServerState.Accepted => _deadline,
        _ => Instant.Never,
    };

    /// <summary>The INVITE again, or an ACK that matches it.</summary>
    public void Handle(SipRequest request, Instant now)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (State)
        {
            case InviteServerState.Proceeding or InviteServerState.Completed when request.IsInvite:
                if (!_lastResponse.IsEmpty) Send(_lastResponse, again: true);
                break;
            case InviteServerState.Completed when request.IsAck:
                State = InviteServerState.Confirmed;
                _deadline = now + _timers.T4;                   // timer I
                if (_reliable) Terminate();
                break;
            case InviteServerState.Accepted when request.IsAck:
                Deliver(request);
                break;
            default: break;                                     // RFC 6026 §7.1: Accepted absorbs INVITEs
        }
    }

    /// <summary>Sends a response of the user. A final one ends Proceeding; later ones but 2xx are refused.</summary>
    public bool Respond(int statusCode, ReadOnlyMemory<byte> bytes, Instant now)
    {
        if (State is InviteServerState.Accepted && statusCode is >= 200 and < 300)
        {
            Send(bytes, again: true);
            return true;
        }

        if (State is not InviteServerState.Proceeding) return false;

        _lastResponse = bytes;
        Send(bytes);
        if (statusCode >= 200) EnterFinal(statusCode, now);
        return true;
    }

    public override void HandleTimeout(Instant now)
    {
        if (now < NextDeadline) return;

        if (State is not InviteServerState.Completed)
        {
            Terminate();
            return;
        }

        if (now >= _deadline)
        {
            Put(TransactionOutputKind.TimedOut);                // timer H: the ACK never came
            Terminate();
            return;
        }

        // §17.2.1: timer G is reset to "MIN(2*T1, T2)", and so on.
        _intervalG = _intervalG * 2 < _timers.T2 ? _intervalG * 2 : _timers.T2;
        _timerG = now + _intervalG;
        Send(_lastResponse, again: true);
    }

    protected override void Terminate()
    {
        State = InviteServerState.Terminated;
        Put(TransactionOutputKind.Terminated);
    }

    private void EnterFinal(int statusCode, Instant now)
    {
        _deadline = now + _timers.Timeout;                      // timer H, or L of RFC 6026
        if (statusCode < 300)
        {
            State = InviteServerState.Accepted;
            return;
        }

        State = InviteServerState.Completed;
        _intervalG = _timers.T1;
        if (!_reliable) _timerG = now + _intervalG;
    }
}
