using System.Globalization;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Why an <c>a=crypto</c> line is not used.</summary>
public enum CryptoError
{
    None,

    /// <summary>Not as RFC 4568 §9.1 has it, or a key of another length than the suite's.</summary>
    Malformed,

    /// <summary>A suite that we do not know (or, to a caller, one that it does not want).</summary>
    UnknownSuite,

    /// <summary>Several keys, or one with a master key identifier in each packet (§6.1).</summary>
    MasterKeyIdentifier,

    /// <summary>A session parameter that would change how packets look, or take encryption or authentication away
    /// (§6.3).</summary>
    SessionParameter,
}

/// <summary>One <c>a=crypto</c> line: a suite and the key that its sender encrypts with (SDES, RFC 4568).</summary>
/// <remarks>Bytes from the network never throw. Never prints its key.</remarks>
public sealed class CryptoAttribute
{
    private const int TagDigitsMax = 9;
    private const int WordsMax = 16;
    private const string Inline = "inline:";

    /// <summary>RFC 3711 §9.2: 2^48 packets are the most that any key may protect.</summary>
    private const ulong LifetimeMax = 1UL << 48;

    private readonly byte[] _master;

    public CryptoAttribute(int tag, SdesSuite suite, ReadOnlySpan<byte> master)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentOutOfRangeException.ThrowIfNotEqual(master.Length, suite.MasterBytes);
        (Tag, Suite, _master) = (tag, suite, master.ToArray());
    }

    /// <summary>Which line of the offer an answer takes (§5.1.2).</summary>
    public int Tag { get; }

    public SdesSuite Suite { get; }

    /// <summary>Master key, then salt.</summary>
    public ReadOnlySpan<byte> Master => _master;

    /// <summary>The attribute's value: "tag suite inline:key".</summary>
    public string ToValue() => string.Create(
        CultureInfo.InvariantCulture, $"{Tag} {Suite.Name} {Inline}{Convert.ToBase64String(_master)}");

    public SdpAttribute ToAttribute() => new("crypto", ToValue());

    /// <summary>The same suite and key, whatever the tag.</summary>
    public bool HasKeyOf(CryptoAttribute other) => Suite == other.Suite && Master.SequenceEqual(other.Master);

    public CryptoAttribute WithTag(int tag) => new(tag, Suite, _master);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tag} {Suite.Name}");

    public static CryptoError TryParse(string value, out CryptoAttribute? attribute)
    {
        ArgumentNullException.ThrowIfNull(value);
        attribute = null;
        var words = value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is < 3 or > WordsMax || !TryTag(words[0], out var tag)) return CryptoError.Malformed;
        if (SdesSuite.Find(words[1]) is not { } suite) return CryptoError.UnknownSuite;

        var error = TryKey(words[2], suite, out var master);
        if (error != CryptoError.None) return error;

        foreach (var parameter in words.AsSpan(3))
        {
            if (!IsHarmless(parameter)) return CryptoError.SessionParameter;
        }

        attribute = new CryptoAttribute(tag, suite, master);
        return CryptoError.None;
    }

    private static bool TryTag(string text, out int tag) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out tag) && text.Length <= TagDigitsMax;

    /// <summary>§9.2: "inline:" key||salt ["|" lifetime] ["|" MKI ":" length].</summary>
    private static CryptoError TryKey(string text, SdesSuite suite, out byte[] master)
    {
        master = [];
        if (text.Contains(';', StringComparison.Ordinal)) return CryptoError.MasterKeyIdentifier;
        if (!text.StartsWith(Inline, StringComparison.OrdinalIgnoreCase)) return CryptoError.Malformed;

        var parts = text[Inline.Length..].Split('|');
        if (parts.Length > 3 || !TryBase64(parts[0], suite.MasterBytes, out master)) return CryptoError.Malformed;

        foreach (var part in parts.AsSpan(1))
        {
            if (part.Contains(':', StringComparison.Ordinal)) return CryptoError.MasterKeyIdentifier;
            if (!IsLifetime(part)) return CryptoError.Malformed;
        }

        return CryptoError.None;
    }

    /// <summary>Some phones leave the padding out.</summary>
    private static bool TryBase64(string text, int bytes, out byte[] decoded)
    {
        decoded = new byte[bytes];
        if (text.Length > 4 * ((bytes + 2) / 3)) return false;

        var padded = text.PadRight((text.Length + 3) & ~3, '=');
        return Convert.TryFromBase64String(padded, decoded, out var written) && written == bytes;
    }

    /// <summary>In packets, "2^31" or "1048576". A peer that has sent so many brings another key by itself.</summary>
    private static bool IsLifetime(string text)
    {
        var isPower = text.StartsWith("2^", StringComparison.Ordinal);
        if (text.Length > 17 || !ulong.TryParse(
            isPower ? text.AsSpan(2) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        if (isPower) return number <= 48;
        return number > 0 && number <= LifetimeMax;
    }

    /// <summary>§6.3: WSH is advice, KDR=0 the default; "-" marks what may be ignored (§6.3.7).</summary>
    private static bool IsHarmless(string parameter) =>
        parameter.StartsWith('-') || parameter.StartsWith("WSH=", StringComparison.OrdinalIgnoreCase)
        || parameter.Equals("KDR=0", StringComparison.OrdinalIgnoreCase);
}
