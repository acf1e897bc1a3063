using System.Diagnostics;
using System.Runtime.CompilerServices;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transactions;

/// <summary>What a transaction asks of its owner.</summary>
public enum TransactionOutputKind : byte
{
    /// <summary>Put the bytes on the wire.</summary>
    Send,

    /// <summary>Give the message to the transaction user.</summary>
    Deliver,

    /// <summary>Timer B, F or H fired: nobody answered.</summary>
    TimedOut,

    /// <summary>The transport refused the message.</summary>
    TransportFailed,

    /// <summary>The transaction is over and may be forgotten.</summary>
    Terminated,
}

/// <summary>One output of a transaction.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Bytes">For <see cref="TransactionOutputKind.Send"/>.</param>
/// <param name="Message">For <see cref="TransactionOutputKind.Deliver"/>.</param>
/// <param name="IsRetransmission">The bytes were sent before.</param>
public readonly record struct TransactionOutput(
    TransactionOutputKind Kind, ReadOnlyMemory<byte> Bytes, SipMessage? Message, bool IsRetransmission);

/// <summary>What the four transactions of RFC 3261 §17 share: outputs to poll and one deadline.</summary>
/// <remarks>Poll all outputs after every call: at most <see cref="OutputsMax"/> wait. Not thread-safe.</remarks>
public abstract class SipTransaction
{
    public const int OutputsMax = 4;

    private Slots _outputs;
    private int _head;
    private int _count;

    /// <summary>When <see cref="HandleTimeout"/> has something to do; <see cref="Instant.Never"/> when it has
    /// not.</summary>
    public abstract Instant NextDeadline { get; }

    public abstract bool IsTerminated { get; }

    public abstract void HandleTimeout(Instant now);

    /// <summary>§17.1.4 and §17.2.4: the transport could not send.</summary>
    public void HandleTransportError()
    {
        if (IsTerminated) return;
        Put(TransactionOutputKind.TransportFailed);
        Terminate();
    }

    public bool TryPoll(out TransactionOutput output)
    {
        output = default;
        if (_count == 0) return false;

        output = _outputs[_head];
        _outputs[_head] = default;
        _head = (_head + 1) % OutputsMax;
        _count--;
        return true;
    }

    /// <summary>Enters Terminated and says so.</summary>
    protected abstract void Terminate();

    protected void Send(ReadOnlyMemory<byte> bytes, bool again = false) =>
        Put(new TransactionOutput(TransactionOutputKind.Send, bytes, null, again));

    protected void Deliver(SipMessage message) =>
        Put(new TransactionOutput(TransactionOutputKind.Deliver, default, message, false));

    protected void Put(TransactionOutputKind kind) => Put(new TransactionOutput(kind, default, null, false));

    private void Put(in TransactionOutput output)
    {
        Debug.Assert(_count < OutputsMax, "outputs were not polled");
        if (_count == OutputsMax) return;
        _outputs[(_head + _count) % OutputsMax] = output;
        _count++;
    }

    [InlineArray(OutputsMax)]
    private struct Slots
    {
        private TransactionOutput _first;
    }
}
