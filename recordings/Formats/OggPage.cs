using System.Buffers.Binary;

namespace OrleansAcd.Recordings.Formats;

/// <summary>Pages of the Ogg container: RFC 3533 section 6. Pure.</summary>
public static class OggPage
{
    public const int SegmentsMax = 255;
    public const int BytesMax = FixedBytes + SegmentsMax + (SegmentsMax * 255);
    public const int FixedBytes = 27;

    private const int GranuleAt = 6;
    private const int SerialAt = 14;
    private const int SequenceAt = 18;
    private const int ChecksumAt = 22;
    private const int CountAt = 26;

    /// <summary>Polynomial 0x04c11db7, initial value and final XOR 0, not reflected.</summary>
    private static readonly uint[] Table = MakeTable();

    [Flags]
    public enum Flags : byte
    {
        None = 0,
        First = 2,
        Last = 4,
    }

    /// <summary>How many lacing values a packet takes: a last one below 255 ends it.</summary>
    public static int SegmentsOf(int packetBytes) => (packetBytes / 255) + 1;

    /// <summary>Writes the lacing values of a packet.</summary>
    /// <returns>How many.</returns>
    public static int Lace(int packetBytes, Span<byte> segments)
    {
        var count = SegmentsOf(packetBytes);
        segments[..(count - 1)].Fill(255);
        segments[count - 1] = (byte)(packetBytes % 255);
        return count;
    }

    /// <summary>Writes a page of whole packets.</summary>
    /// <returns>Its length.</returns>
    public static int Write(
        Span<byte> page, Flags flags, long granule, uint serial, uint sequence, ReadOnlySpan<byte> segments,
        ReadOnlySpan<byte> body)
    {
        var length = FixedBytes + segments.Length + body.Length;
        page[..FixedBytes].Clear();
        "OggS"u8.CopyTo(page);
        page[5] = (byte)flags;
        BinaryPrimitives.WriteInt64LittleEndian(page[GranuleAt..], granule);
        BinaryPrimitives.WriteUInt32LittleEndian(page[SerialAt..], serial);
        BinaryPrimitives.WriteUInt32LittleEndian(page[SequenceAt..], sequence);
        page[CountAt] = (byte)segments.Length;
        segments.CopyTo(page[FixedBytes..]);
        body.CopyTo(page[(FixedBytes + segments.Length)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[ChecksumAt..], Checksum(page[..length]));
        return length;
    }

    /// <summary>The length of the whole, undamaged page that begins here; 0: there is none.</summary>
    public static int LengthOf(ReadOnlySpan<byte> at, out long granule)
    {
        granule = 0;
        if (at.Length < FixedBytes || !at.StartsWith("OggS"u8) || at[4] != 0) return 0;

        var length = FixedBytes + at[CountAt];
        if (at.Length < length) return 0;

        foreach (var segment in at.Slice(FixedBytes, at[CountAt])) length += segment;
        if (at.Length < length) return 0;

        granule = BinaryPrimitives.ReadInt64LittleEndian(at[GranuleAt..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(at[ChecksumAt..]) == Checksum(at[..length]) ? length : 0;
    }

    /// <summary>Marks a page as its stream's last.</summary>
    public static void MarkLast(Span<byte> page)
    {
        page[5] |= (byte)Flags.Last;
        BinaryPrimitives.WriteUInt32LittleEndian(page[ChecksumAt..], Checksum(page));
    }

    /// <summary>Over the page with the checksum's own place taken as zero.</summary>
    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        var sum = 0u;
        for (var i = 0; i < page.Length; i++)
        {
            var value = i is >= ChecksumAt and < ChecksumAt + 4 ? (byte)0 : page[i];
            sum = (sum << 8) ^ Table[(byte)((sum >> 24) ^ value)];
        }

        return sum;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i << 24;
            for (var bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value >> 31) * 0x04C1_1DB7);
            table[i] = value;
        }

        return table;
    }
}
