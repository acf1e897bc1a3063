using System.Buffers.Binary;

namespace OrleansAcd.Rtp;

/// <summary>The payload of a telephone-event packet, RFC 4733 §2.3: which key, whether it ended, how long so
/// far.</summary>
/// <param name="Code">0 to 15 are the keys (§3.2).</param>
/// <param name="IsEnd">§2.3.4: the key was let go.</param>
/// <param name="Volume">§2.3.5: dBm0 without its sign.</param>
/// <param name="Duration">In ticks of the timestamp's clock since the event began.</param>
public readonly record struct TelephoneEvent(byte Code, bool IsEnd, byte Volume, ushort Duration)
{
    public const int PayloadBytes = 4;

    private const string Keys = "0123456789*#ABCD";

    public bool IsKey => Code < Keys.Length;

    /// <summary>The key, or a null character for what is not one.</summary>
    public char Key => IsKey ? Keys[Code] : '\0';

    /// <summary>The code of a key, or -1.</summary>
    public static int CodeOf(char key) => Keys.IndexOf(char.ToUpperInvariant(key), StringComparison.Ordinal);

    public static bool TryParse(ReadOnlySpan<byte> payload, out TelephoneEvent telephoneEvent)
    {
        telephoneEvent = default;
        if (payload.Length < PayloadBytes) return false;

        telephoneEvent = new TelephoneEvent(
            payload[0],
            (payload[1] & 0x80) != 0,
            (byte)(payload[1] & 0x3F),
            BinaryPrimitives.ReadUInt16BigEndian(payload[2..]));
        return true;
    }

    public void Write(Span<byte> payload)
    {
        payload[0] = Code;
        payload[1] = (byte)((IsEnd ? 0x80 : 0) | Volume);
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], Duration);
    }
}
