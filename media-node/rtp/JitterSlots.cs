using System.Numerics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp;

/// <summary>One packet that waits. Sequence and timestamp are extended to 64 bits.</summary>
internal struct JitterSlot
{
    public long Sequence;
    public long Timestamp;

    /// <summary>Arrival less timestamp, in ticks.</summary>
    public long Transit;
    public int Ticks;
    public int Length;
    public byte PayloadType;

    /// <summary>Holds the place of a sequence number that carries no audio.</summary>
    public bool IsOther;

    public readonly long End => Timestamp + Ticks;
}

/// <summary>The packets of a jitter buffer: fixed slots, 20 ms of G.711 at first, larger when larger payloads
/// come.</summary>
/// <remarks>All 32 from the beginning: a stall of the network is no time to ask for memory.</remarks>
internal sealed class JitterSlots
{
    public const int SlotsMax = 32;
    public const int PayloadBytesMin = 160;

    /// <summary>60 ms of linear audio at 16 kHz; nothing larger is kept.</summary>
    public const int PayloadBytesMax = 1_920;

    /// <summary>All payloads together: with 1,920 bytes a slot there are still eight, 480 ms of them.</summary>
    public const int StorageBytesMax = 16_384;

    private JitterSlot[] _slots = new JitterSlot[SlotsMax];
    private byte[] _storage = new byte[SlotsMax * PayloadBytesMin];
    private int _slotBytes = PayloadBytesMin;

    /// <summary>A bit for each slot that holds a packet: the others are not looked at.</summary>
    private uint _used;

    public int Count => BitOperations.PopCount(_used);

    public void Clear() => _used = 0;

    /// <summary>The waiting packet with the lowest sequence number, or -1.</summary>
    public int Head()
    {
        var (head, lowest) = (-1, long.MaxValue);
        for (var left = _used; left != 0; left &= left - 1)
        {
            var i = BitOperations.TrailingZeroCount(left);
            if (_slots[i].Sequence < lowest) (head, lowest) = (i, _slots[i].Sequence);
        }

        return head;
    }

    /// <summary>The waiting audio packet with so many others before it, or -1.</summary>
    public int At(int place)
    {
        for (var left = _used; left != 0; left &= left - 1)
        {
            var i = BitOperations.TrailingZeroCount(left);
            if (!_slots[i].IsOther && Before(_slots[i].Sequence) == place) return i;
        }

        return -1;
    }

    /// <summary>The waiting audio packet with the highest sequence number, or -1.</summary>
    public int Newest()
    {
        var (newest, highest) = (-1, long.MinValue);
        for (var left = _used; left != 0; left &= left - 1)
        {
            var i = BitOperations.TrailingZeroCount(left);
            ref readonly var slot = ref _slots[i];
            if (slot.IsOther || slot.Sequence <= highest) continue;

            (newest, highest) = (i, slot.Sequence);
        }

        return newest;
    }

    /// <summary>What a packet and a frame need of it: few packets wait, in the first slots.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        list.Add(new FetchedObject(_slots, 2));
        list.Add(new FetchedObject(_storage, 5));
    }

    public ref readonly JitterSlot this[int index] => ref _slots[index];

    public ReadOnlySpan<byte> Payload(int index) => _storage.AsSpan(index * _slotBytes, _slots[index].Length);

    public void Free(int index) => _used &= ~(1u << index);

    /// <summary>Copies a packet in; slots grow up to the limits.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(in JitterSlot packet, ReadOnlySpan<byte> payload)
    {
        if (payload.Length > PayloadBytesMax) return false;

        if (payload.Length > _slotBytes && !TryGrowSlots(payload.Length)) return false;

        var free = FreeSlot();
        if (free < 0) return false;

        _slots[free] = packet;
        _slots[free].Length = payload.Length;
        payload.CopyTo(_storage.AsSpan(free * _slotBytes));
        _used |= 1u << free;
        return true;
    }

    private int Before(long sequence)
    {
        var count = 0;
        for (var left = _used; left != 0; left &= left - 1)
        {
            ref readonly var slot = ref _slots[BitOperations.TrailingZeroCount(left)];
            if (!slot.IsOther && slot.Sequence < sequence) count++;
        }

        return count;
    }

    private int FreeSlot()
    {
        var free = BitOperations.TrailingZeroCount(~_used);
        return free < _slots.Length ? free : -1;
    }

    /// <summary>Larger slots, fewer when they would be too many; the packets that wait must still fit.</summary>
    private bool TryGrowSlots(int length)
    {
        var bytes = Math.Min(PayloadBytesMax, (length + PayloadBytesMin - 1) / PayloadBytesMin * PayloadBytesMin);
        var count = Math.Min(_slots.Length, StorageBytesMax / bytes);
        if (Count > count) return false;

        Resize(count, bytes);
        return true;
    }

    private void Resize(int count, int bytes)
    {
        var (slots, storage, next) = (new JitterSlot[count], new byte[count * bytes], 0);
        for (var left = _used; left != 0; left &= left - 1)
        {
            var i = BitOperations.TrailingZeroCount(left);
            slots[next] = _slots[i];
            Payload(i).CopyTo(storage.AsSpan(next * bytes));
            next++;
        }

        (_slots, _storage, _slotBytes) = (slots, storage, bytes);
        _used = (uint)((1ul << next) - 1);
    }
}
