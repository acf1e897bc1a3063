using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transactions;

/// <summary>States of an INVITE client transaction, RFC 3261 figure 5 with Accepted of RFC 6026 §8.4.</summary>
public enum InviteClientState
{
    Calling,
    Proceeding,
    Completed,
    Accepted,
    Terminated,
}

/// <summary>INVITE client transaction, RFC 3261 §17.1.1 with RFC 6026 §7.2.</summary>
public sealed class InviteClientTransaction : SipTransaction
{
    private readonly SipRequest _invite;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly SipTimers _timers;
    private readonly bool _reliable;
    private ReadOnlyMemory<byte> _ack;
    private TimeSpan _intervalA;
    private Instant _timerA = Instant.Never;
    private Instant _deadline;

    /// <summary>Starts in Calling; the INVITE waits to be polled.</summary>
    public InviteClientTransaction(
        SipRequest invite, ReadOnlyMemory<byte> bytes, SipTimers timers, bool reliable, Instant now)
    {
        ArgumentNullException.ThrowIfNull(timers);
        (_invite, _bytes, _timers, _reliable) = (invite, bytes, timers, reliable);
        _intervalA = timers.T1;
        if (!reliable) _timerA = now + _intervalA;
        _deadline = now + timers.Timeout;
        Send(bytes);
    }

    public InviteClientState State { get; private set; }

    public override bool IsTerminated => State is InviteClientState.Terminated;

    public override Instant NextDeadline => State switch
    {
        InviteClientState.Calling => Instant.Min(_timerA, _deadline),
        InviteClientState.Completed or InviteClientState.Accepted => _deadline,
        _ => Instant.Never,
    };

    public void Handle(SipResponse response, Instant now)
    {
        ArgumentNullException.ThrowIfNull(response);
        switch (State)
        {
            case InviteClientState.Calling or InviteClientState.Proceeding:
                HandleFirst(response, now);
                break;
            case InviteClientState.Completed when response.StatusCode >= 300:
                // §17.1.1.2: "any retransmissions of the final response ... MUST cause the ACK to be re-passed".
                Send(_ack, again: true);
                break;
            case InviteClientState.Accepted when response.IsSuccess:
                Deliver(response);
                break;
            default: break;
        }
    }

    public override void HandleTimeout(Instant now)
    {
        if (now < NextDeadline) return;

        if (State is not InviteClientState.Calling)
        {
            Terminate();
            return;
        }

        if (now >= _deadline)
        {
            Put(TransactionOutputKind.TimedOut);
            Terminate();
            return;
        }

        // §17.1.1.2: the request is retransmitted "with intervals that double after each transmission".
        _intervalA *= 2;
        _timerA = now + _intervalA;
        Send(_bytes, again: true);
    }

    protected override void Terminate()
    {
        State = InviteClientState.Terminated;
        Put(TransactionOutputKind.Terminated);
    }

    private void HandleFirst(SipResponse response, Instant now)
    {
        if (response.IsProvisional)
        {
            State = InviteClientState.Proceeding;
            Deliver(response);
            return;
        }

        if (response.IsSuccess)
        {
            State = InviteClientState.Accepted;
            _deadline = now + _timers.Timeout;                  // RFC 6026 timer M
            Deliver(response);
            return;
        }

        // The ACK goes first: the user may answer the delivery with a new INVITE.
        _ack = SipWriter.ToArray(AckRequest.ForRejection(_invite, response));
        Send(_ack);
        Deliver(response);
        State = InviteClientState.Completed;
        _deadline = now + _timers.CompletedWait;                // timer D
        if (_reliable) Terminate();                             // "zero seconds for reliable transports"
    }
}
