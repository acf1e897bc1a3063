using System.Buffers.Binary;
using System.Text;

namespace OrleansAcd.Sip.Location;

/// <summary>Questions to a name server and its responses, RFC 1035 §4: as much of it as RFC 3263 needs.</summary>
/// <remarks>Bytes from the network never throw.</remarks>
public static class DnsMessage
{
    /// <summary>What we say that we take (RFC 6891 §6.2.3): fits unfragmented everywhere.</summary>
    public const int BytesMax = 1_232;

    /// <summary>Records of one response that are looked at.</summary>
    public const int RecordsMax = 64;

    private const int HeaderBytes = 12;
    private const int NameCharsMax = 253;
    private const int LabelBytesMax = 63;
    private const ushort Internet = 1;
    private const ushort Opt = 41;

    /// <summary>A question, with recursion desired and room for large responses.</summary>
    /// <returns>Null when the name is none.</returns>
    public static byte[]? Question(ushort id, string name, DnsRecordType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > NameCharsMax) return null;

        var bytes = new List<byte>(name.Length + 32);
        Add(bytes, id, 0x0100, 1, 0, 0, 1);
        foreach (var label in name.TrimEnd('.').Split('.'))
        {
            if (label.Length is 0 or > LabelBytesMax || !Ascii.IsValid(label)) return null;
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.Add(0);
        Add(bytes, (ushort)type, Internet);
        bytes.Add(0);
        Add(bytes, Opt, BytesMax, 0, 0, 0);
        return [.. bytes];
    }

    /// <summary>The records of a response to our question.</summary>
    public static DnsError TryRead(
        ReadOnlySpan<byte> bytes, ushort id, string name, DnsRecordType type, out DnsAnswer answer)
    {
        answer = new DnsAnswer();
        if (bytes.Length < HeaderBytes) return DnsError.TooShort;

        var flags = Word(bytes, 2);
        if (Word(bytes, 0) != id || (flags & 0x8000) == 0 || Word(bytes, 4) != 1) return DnsError.NotOurs;

        var reader = new DnsReader(bytes) { Position = HeaderBytes };
        var isOurs = reader.TryName(out var asked) && reader.TryWord(out var askedType) && reader.TryWord(out _)
            && asked.Equals(name.TrimEnd('.'), StringComparison.OrdinalIgnoreCase) && askedType == (ushort)type;
        if (!isOurs) return DnsError.NotOurs;
        if ((flags & 0x0200) != 0) return DnsError.Truncated;

        return (flags & 0x000F) switch
        {
            0 => ReadRecords(ref reader, Math.Min((int)Word(bytes, 6), RecordsMax), type, answer),
            3 => DnsError.NoSuchName,
            _ => DnsError.ServerFailure,
        };
    }

    private static DnsError ReadRecords(ref DnsReader reader, int count, DnsRecordType type, DnsAnswer answer)
    {
        for (var i = 0; i < count; i++)
        {
            if (!reader.TryRecord(out var kind, out var end)) return DnsError.Malformed;

            // Whose record it is needs no look: what is beside the question is a CNAME's target, and as good.
            if (kind == (ushort)type && !TryRead(ref reader, type, answer)) return DnsError.Malformed;
            reader.Position = end;
        }

        return DnsError.None;
    }

    private static bool TryRead(ref DnsReader reader, DnsRecordType type, DnsAnswer answer)
    {
        if (!reader.TryWord(out var first) || !reader.TryWord(out var second)) return false;
        if (type is DnsRecordType.Srv)
        {
            if (!reader.TryWord(out var port) || !reader.TryName(out var target)) return false;
            answer.Services.Add(new SrvRecord(first, second, port, target));
            return true;
        }

        if (!reader.TryText(out var flags) || !reader.TryText(out var service) || !reader.TryText(out _)
            || !reader.TryName(out var replacement)) return false;
        answer.Transports.Add(new NaptrRecord(first, second, flags, service, replacement));
        return true;
    }

    private static ushort Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static void Add(List<byte> bytes, params ReadOnlySpan<ushort> words)
    {
        foreach (var word in words)
        {
            bytes.Add((byte)(word >> 8));
            bytes.Add((byte)word);
        }
    }
}
