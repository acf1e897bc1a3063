using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Packets on their way from the media loop to the recorder: a ring of bytes, one thread puts, one takes, no
/// lock, nothing allocated. Full means "no", not "wait".</summary>
/// <remarks>An entry lies in one piece: the packet's facts, then its payload. Where one does not fit before the ring's
/// end, the rest is passed over.</remarks>
internal sealed class PacketRing
{
    private const int Alignment = 8;
    private static readonly int FactsBytes = Aligned(Unsafe.SizeOf<TappedPacket>());

    private readonly byte[] _bytes;
    private long _head;
    private long _tail;
    private long _headSeenByWriter;

    /// <param name="capacityBytes">Made a power of two.</param>
    public PacketRing(int capacityBytes) => _bytes = new byte[BitOperations.RoundUpToPowerOf2((uint)capacityBytes)];

    /// <summary>How far the writer is, ever growing: an order given now comes before the entry that begins
    /// here.</summary>
    public long Tail => Volatile.Read(ref _tail);

    /// <summary>How far the reader is.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>For the writing thread.</summary>
    public bool TryPut(in TappedPacket packet, ReadOnlySpan<byte> payload)
    {
        var size = FactsBytes + Aligned(payload.Length);
        var offset = Offset(_tail);
        var passedOver = _bytes.Length - offset < size ? _bytes.Length - offset : 0;
        if (!HasRoom(passedOver + size)) return false;

        if (passedOver > 0)
        {
            // No facts fit here, or facts that say so: the reader goes on at the beginning.
            if (passedOver >= FactsBytes) MemoryMarshal.Write(_bytes.AsSpan(offset), default(TappedPacket));
            offset = 0;
        }

        MemoryMarshal.Write(_bytes.AsSpan(offset), packet with { PayloadBytes = payload.Length });
        payload.CopyTo(_bytes.AsSpan(offset + FactsBytes));
        Volatile.Write(ref _tail, _tail + passedOver + size);
        return true;
    }

    /// <summary>The entry at a position, for the reading thread; the position moves behind it. Entries stay until
    /// <see cref="ReleaseTo"/>.</summary>
    /// <param name="until">Entries that begin here or later are not looked at.</param>
    public bool TryRead(ref long position, long until, out TappedPacket packet, out ReadOnlySpan<byte> payload)
    {
        packet = default;
        payload = default;
        if (position >= Math.Min(until, Tail)) return false;

        var offset = Offset(position);
        var rest = _bytes.Length - offset;
        if (rest < FactsBytes || MemoryMarshal.Read<TappedPacket>(_bytes.AsSpan(offset)).Channel == 0)
        {
            position += rest;
            offset = 0;
        }

        packet = MemoryMarshal.Read<TappedPacket>(_bytes.AsSpan(offset));
        payload = _bytes.AsSpan(offset + FactsBytes, packet.PayloadBytes);
        position += FactsBytes + Aligned(packet.PayloadBytes);
        return true;
    }

    /// <summary>All before this position has been used.</summary>
    public void ReleaseTo(long position) => Volatile.Write(ref _head, position);

    private bool HasRoom(int size)
    {
        if (_tail + size - _headSeenByWriter <= _bytes.Length) return true;

        _headSeenByWriter = Volatile.Read(ref _head);
        return _tail + size - _headSeenByWriter <= _bytes.Length;
    }

    private int Offset(long position) => (int)(position & (_bytes.Length - 1));

    private static int Aligned(int size) => (size + Alignment - 1) & ~(Alignment - 1);
}
