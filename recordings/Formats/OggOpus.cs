using System.Buffers.Binary;
using System.Text;

namespace OrleansAcd.Recordings.Formats;

/// <summary>The headers of Opus in Ogg (RFC 7845 section 5), and packets of several channels (RFC 6716 appendix
/// B). Pure.</summary>
/// <remarks>Every channel is a stream of its own, none coupled: one party is never heard in another's
/// channel.</remarks>
public static class OggOpus
{
    /// <summary>Whatever the input's rate, granule positions count 48 kHz (section 4).</summary>
    public const int ClockHz = 48_000;

    public const int ChannelsMax = 32;

    private const int VorbisOrderMax = 8;
    private const int HeadBytes = 19;

    /// <summary>The identification header, section 5.1.</summary>
    /// <param name="preSkip">What the decoder must throw away at the beginning, in samples of 48 kHz.</param>
    public static byte[] Head(int channels, int preSkip, int inputHz)
    {
        var family = channels == 1 ? 0 : channels <= VorbisOrderMax ? 1 : 255;
        var head = new byte[family == 0 ? HeadBytes : HeadBytes + 2 + channels];
        "OpusHead"u8.CopyTo(head);
        (head[8], head[9]) = (1, (byte)channels);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(10), (ushort)preSkip);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), inputHz);
        head[18] = (byte)family;
        if (family == 0) return head;

        (head[19], head[20]) = ((byte)channels, 0);
        for (var i = 0; i < channels; i++) head[21 + i] = (byte)i;
        return head;
    }

    /// <summary>The comment header, section 5.2, without comments.</summary>
    public static byte[] Tags()
    {
        var vendor = Encoding.ASCII.GetBytes("OrleansAcd");
        var tags = new byte[8 + 4 + vendor.Length + 4];
        "OpusTags"u8.CopyTo(tags);
        BinaryPrimitives.WriteInt32LittleEndian(tags.AsSpan(8), vendor.Length);
        vendor.CopyTo(tags, 12);
        return tags;
    }

    /// <summary>Reads what <see cref="Head"/> wrote.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> head, out int channels, out int preSkip, out int inputHz)
    {
        (channels, preSkip, inputHz) = (0, 0, 0);
        if (head.Length < HeadBytes || !head.StartsWith("OpusHead"u8) || head[9] == 0) return false;

        channels = head[9];
        preSkip = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]);
        inputHz = BinaryPrimitives.ReadInt32LittleEndian(head[12..]);
        return inputHz is 8_000 or 16_000 or 48_000;
    }

    /// <summary>Puts one channel's packet into a packet of several: all but the last say how long they are.</summary>
    /// <param name="packet">One frame (code 0), as an encoder of 20 ms makes them.</param>
    /// <returns>Bytes written.</returns>
    public static int Append(ReadOnlySpan<byte> packet, bool isLast, Span<byte> to)
    {
        // An empty frame is silence (RFC 6716 section 3.2.1); so is whatever is not one frame.
        if (packet.IsEmpty || (packet[0] & 3) != 0) packet = [0x48];
        if (isLast)
        {
            packet.CopyTo(to);
            return packet.Length;
        }

        var frame = packet[1..];
        to[0] = packet[0];
        var at = 1;
        if (frame.Length < 252)
        {
            to[at++] = (byte)frame.Length;
        }
        else
        {
            // RFC 6716 section 3.2.1: the second byte's value times four, plus the first's.
            to[at++] = (byte)(252 + (frame.Length & 3));
            to[at++] = (byte)((frame.Length - 252) >> 2);
        }

        frame.CopyTo(to[at..]);
        return at + frame.Length;
    }

    /// <summary>Takes one channel's packet out of a packet of several: the reverse of <see cref="Append"/>.</summary>
    /// <param name="to">Gets the packet as a decoder of one channel wants it.</param>
    /// <param name="taken">Bytes of <paramref name="from"/> that were this channel's.</param>
    /// <returns>False when it is none that <see cref="Append"/> has written, or there is no room.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> from, bool isLast, Span<byte> to, out int bytes, out int taken)
    {
        (bytes, taken) = (0, 0);
        if (from.IsEmpty || (from[0] & 3) != 0) return false;

        var (at, length) = (1, from.Length - 1);
        if (!isLast)
        {
            if (from.Length < 2 || (from[1] >= 252 && from.Length < 3)) return false;
            (at, length) = from[1] < 252 ? (2, from[1]) : (3, from[1] + (4 * from[2]));
        }

        if (from.Length - at < length || to.Length <= length) return false;

        to[0] = from[0];
        from.Slice(at, length).CopyTo(to[1..]);
        (bytes, taken) = (1 + length, at + length);
        return true;
    }
}
