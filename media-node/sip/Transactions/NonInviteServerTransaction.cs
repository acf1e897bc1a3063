using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transactions;

/// <summary>Non-INVITE server transaction, RFC 3261 §17.2.2.</summary>
/// <remarks>One that its user never answers ends after 64*T1, when the client's timer F has fired.</remarks>
public sealed class NonInviteServerTransaction : SipTransaction
{
    private readonly SipTimers _timers;
    private readonly bool _reliable;
    private ReadOnlyMemory<byte> _lastResponse;
    private Instant _deadline;

    public NonInviteServerTransaction(SipTimers timers, bool reliable, Instant now)
    {
        ArgumentNullException.ThrowIfNull(timers);
        (_timers, _reliable) = (timers, reliable);
        _deadline = now + timers.Timeout;
    }

    public NonInviteState State { get; private set; }

    public override bool IsTerminated => State is NonInviteState.Terminated;

    public override Instant NextDeadline => IsTerminated ? Instant.Never : _deadline;

    /// <summary>The request again: answered with the last response, ignored in Trying.</summary>
    public void Handle(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (State is NonInviteState.Proceeding or NonInviteState.Completed) Send(_lastResponse, again: true);
    }

    /// <summary>Sends a response of the user. After a final one, others "MUST be discarded" (§17.2.2).</summary>
    public bool Respond(int statusCode, ReadOnlyMemory<byte> bytes, Instant now)
    {
        if (State is NonInviteState.Completed or NonInviteState.Terminated) return false;

        _lastResponse = bytes;
        Send(bytes);
        if (statusCode < 200)
        {
            State = NonInviteState.Proceeding;
            return true;
        }

        State = NonInviteState.Completed;
        _deadline = now + _timers.Timeout;                      // timer J
        if (_reliable) Terminate();
        return true;
    }

    public override void HandleTimeout(Instant now)
    {
        if (now < NextDeadline) return;
        if (State is not NonInviteState.Completed) Put(TransactionOutputKind.TimedOut);
        Terminate();
    }

    protected override void Terminate()
    {
        State = NonInviteState.Terminated;
        Put(TransactionOutputKind.Terminated);
    }
}
