using OrleansAcd.MediaCore;
using OrleansAcd.Rtp.Srtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>What a leg encrypts with and what its phone does.</summary>
public sealed record LegCrypto(SrtpKey Local, SrtpKey Remote);

/// <summary>A leg's SRTP: both its streams, both directions. Plain until keys are given. Allocates nothing per
/// packet.</summary>
/// <remarks>A key that stands keeps its state, whatever else a re-INVITE changes: no index is used twice. When the
/// phone's key changes, the old one is still taken for a while: packets overtake signalling.</remarks>
internal sealed class MediaCrypto(MediaWorker worker) : IDisposable
{
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;
    private SrtpReceiver? _previous;
    private Instant _previousUntil;
    private SrtpDrops _before;

    public bool IsOn => _sender is not null;

    /// <summary>Packets that were not what they should be, since the leg's beginning.</summary>
    public SrtpDrops Drops =>
        _before + (_sender?.Drops ?? default) + (_receiver?.Drops ?? default);

    public void Configure(LegCrypto? crypto, Instant now)
    {
        if (crypto is null)
        {
            Dispose();
            return;
        }

        if (_sender is null || !_sender.Key.Equals(crypto.Local))
        {
            if (_sender is not null) _before += _sender.Drops;
            _sender?.Dispose();
            _sender = new SrtpSender(crypto.Local);
        }

        if (_receiver is not null && _receiver.Key.Equals(crypto.Remote)) return;

        _previous?.Dispose();
        if (_receiver is not null) _before += _receiver.Drops;
        (_previous, _previousUntil) = (_receiver, now + Overlap);
        _receiver = new SrtpReceiver(crypto.Remote);
    }

    /// <summary>What is to be sent: the packet itself while the leg is plain; empty when it must not be sent.</summary>
    public ReadOnlySpan<byte> ProtectRtp(ReadOnlySpan<byte> packet)
    {
        if (_sender is null) return packet;

        var length = packet.Length;
        packet.CopyTo(worker.Sealed);
        return _sender.ProtectRtp(worker.Sealed, ref length) == SrtpVerdict.Done ? worker.Sealed[..length] : default;
    }

    /// <summary>As <see cref="ProtectRtp"/>, for a compound packet.</summary>
    public ReadOnlySpan<byte> ProtectRtcp(ReadOnlySpan<byte> packet)
    {
        if (_sender is null) return packet;

        var length = packet.Length;
        packet.CopyTo(worker.Sealed);
        return _sender.ProtectRtcp(worker.Sealed, ref length) == SrtpVerdict.Done ? worker.Sealed[..length] : default;
    }

    /// <summary>Makes a received packet plain, in place; false: it is dropped and counted.</summary>
    public bool TryOpenRtp(ref Span<byte> packet, Instant now)
    {
        if (_receiver is null) return true;

        var isOpen = _receiver.OpenRtp(packet, out var length) == SrtpVerdict.Done
            || (IsPreviousTaken(now) && _previous!.OpenRtp(packet, out length) == SrtpVerdict.Done);
        packet = packet[..length];
        return isOpen;
    }

    /// <summary>As <see cref="TryOpenRtp"/>, for a compound packet.</summary>
    public bool TryOpenRtcp(ref Span<byte> packet, Instant now)
    {
        if (_receiver is null) return true;

        var isOpen = _receiver.OpenRtcp(packet, out var length) == SrtpVerdict.Done
            || (IsPreviousTaken(now) && _previous!.OpenRtcp(packet, out length) == SrtpVerdict.Done);
        packet = packet[..length];
        return isOpen;
    }

    /// <summary>What packets lead to, each way.</summary>
    public void ListMemory(ICollection<FetchedObject> incoming, ICollection<FetchedObject> outgoing)
    {
        _receiver?.ListMemory(incoming);
        _sender?.ListMemory(outgoing);
    }

    public void Dispose()
    {
        if (_sender is not null) _before += _sender.Drops;
        if (_receiver is not null) _before += _receiver.Drops;
        _sender?.Dispose();
        _receiver?.Dispose();
        _previous?.Dispose();
        (_sender, _receiver, _previous) = (null, null, null);
    }

    /// <summary>What the old key opens was counted as forged under the new one: a few packets at a change of
    /// keys.</summary>
    private bool IsPreviousTaken(Instant now)
    {
        if (_previous is null) return false;
        if (now < _previousUntil) return true;

        _previous.Dispose();
        _previous = null;
        return false;
    }
}
