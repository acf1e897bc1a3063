using System.Buffers.Binary;
using System.Text;

namespace OrleansAcd.Sip.Location;

/// <summary>Reads the parts of a DNS message in order, RFC 1035 §4.1; names may be compressed (§4.1.4).</summary>
internal ref struct DnsReader(ReadOnlySpan<byte> bytes)
{
    private const int NameBytesMax = 255;

    /// <summary>Pointers of one name; each has to point backwards, so that none is followed for ever.</summary>
    private const int JumpsMax = 16;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; set; }

    public bool TryWord(out ushort word)
    {
        word = 0;
        if (Position + 2 > _bytes.Length) return false;

        word = BinaryPrimitives.ReadUInt16BigEndian(_bytes[Position..]);
        Position += 2;
        return true;
    }

    /// <summary>A record's head: its kind, and where it ends; the position is at its data.</summary>
    public bool TryRecord(out ushort kind, out int end)
    {
        (kind, end) = (0, 0);
        if (!TryName(out _) || !TryWord(out kind) || !TryWord(out _)) return false;

        Position += 4;      // how long it may be kept: names are asked for again every minute
        if (!TryWord(out var length)) return false;

        end = Position + length;
        return end <= _bytes.Length;
    }

    /// <summary>A string of at most 255 bytes.</summary>
    public bool TryText(out string text)
    {
        text = "";
        if (Position >= _bytes.Length || Position + 1 + _bytes[Position] > _bytes.Length) return false;

        text = Encoding.Latin1.GetString(_bytes.Slice(Position + 1, _bytes[Position]));
        Position += 1 + _bytes[Position];
        return true;
    }

    /// <summary>A name without its last dot; the root is empty.</summary>
    public bool TryName(out string name)
    {
        name = "";
        var text = new StringBuilder();
        var (at, after, jumps) = (Position, -1, 0);
        while (at < _bytes.Length)
        {
            var length = _bytes[at];
            if (length == 0)
            {
                Position = after < 0 ? at + 1 : after;
                name = text.ToString();
                return true;
            }

            if (length >= 0xC0)
            {
                if (at + 1 >= _bytes.Length || ++jumps > JumpsMax) return false;

                after = after < 0 ? at + 2 : after;
                var to = ((length & 0x3F) << 8) | _bytes[at + 1];
                if (to >= at) return false;
                at = to;
                continue;
            }

            if (length > 63 || at + 1 + length > _bytes.Length || text.Length + length > NameBytesMax) return false;

            if (text.Length > 0) text.Append('.');
            text.Append(Encoding.Latin1.GetString(_bytes.Slice(at + 1, length)));
            at += 1 + length;
        }

        return false;
    }
}
