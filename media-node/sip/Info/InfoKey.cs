using System.Globalization;
using System.Text;

namespace OrleansAcd.Sip.Info;

/// <summary>What an INFO said about a key.</summary>
public enum InfoKeyResult
{
    /// <summary>A key, with its duration.</summary>
    Key,

    /// <summary>Understood, but no key: a flash, or nothing at all. Answer 200.</summary>
    NoKey,

    /// <summary>The body is not what its type says. Answer 400.</summary>
    Malformed,

    /// <summary>A body of another type. Answer 415.</summary>
    OtherType,
}

/// <summary>A key pressed in signalling: the body of an INFO (RFC 6086), <c>application/dtmf-relay</c> or
/// <c>application/dtmf</c>. No RFC describes these two; phones agree on them.</summary>
/// <param name="Key">0-9, *, #, A-D.</param>
/// <param name="Duration">At most <see cref="DurationMax"/>.</param>
public readonly record struct InfoKey(char Key, TimeSpan Duration)
{
    public const string RelayType = "application/dtmf-relay";
    public const string PlainType = "application/dtmf";

    /// <summary>Larger bodies are malformed.</summary>
    public const int BodyBytesMax = 256;

    public static readonly TimeSpan DurationMax = TimeSpan.FromSeconds(10);

    /// <summary>Where none is told.</summary>
    public static readonly TimeSpan DurationDefault = TimeSpan.FromMilliseconds(250);

    private const string Keys = "0123456789*#ABCD";
    private const int Flash = 16;

    /// <summary>What phones may send here: for an Accept header beside a 415.</summary>
    public static string Accepted => RelayType + ", " + PlainType;

    /// <summary>Keys are secrets: they stand in no log.</summary>
    public override string ToString() => $"InfoKey({Duration})";

    /// <param name="contentType">Without parameters; empty when there is none.</param>
    /// <param name="body">As it came.</param>
    public static InfoKeyResult TryParse(string contentType, ReadOnlySpan<byte> body, out InfoKey key)
    {
        key = default;
        if (body.IsEmpty) return InfoKeyResult.NoKey;

        var isRelay = contentType.Equals(RelayType, StringComparison.OrdinalIgnoreCase);
        var isPlain = contentType.Equals(PlainType, StringComparison.OrdinalIgnoreCase);
        if (!isRelay && !isPlain) return InfoKeyResult.OtherType;
        if (body.Length > BodyBytesMax) return InfoKeyResult.Malformed;

        var text = Encoding.Latin1.GetString(body);
        return isRelay ? ReadRelay(text, out key) : ReadSignal(text.Trim(), DurationDefault, out key);
    }

    /// <summary>Lines of name and value: <c>Signal= 5</c>, <c>Duration= 160</c> in milliseconds.</summary>
    private static InfoKeyResult ReadRelay(string text, out InfoKey key)
    {
        var signal = "";
        var duration = DurationDefault;
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;

            var name = line.AsSpan(0, equals).Trim();
            var value = line[(equals + 1)..].Trim();
            if (name.Equals("Signal", StringComparison.OrdinalIgnoreCase)) signal = value;
            if (!name.Equals("Duration", StringComparison.OrdinalIgnoreCase)) continue;

            key = default;
            if (!TryDuration(value, out duration)) return InfoKeyResult.Malformed;
        }

        return ReadSignal(signal, duration, out key);
    }

    private static bool TryDuration(string text, out TimeSpan duration)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds);
        duration = TimeSpan.FromMilliseconds(Math.Min(milliseconds, DurationMax.TotalMilliseconds));
        return isNumber;
    }

    /// <summary>A key as itself, or the event's number of RFC 4733 section 3.2: 10 is the star, 11 the pound.</summary>
    private static InfoKeyResult ReadSignal(string signal, TimeSpan duration, out InfoKey key)
    {
        key = default;
        if (signal.Length == 1 && Keys.Contains(char.ToUpperInvariant(signal[0]), StringComparison.Ordinal))
        {
            key = new InfoKey(char.ToUpperInvariant(signal[0]), duration);
            return InfoKeyResult.Key;
        }

        if (!int.TryParse(signal, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return InfoKeyResult.Malformed;
        }

        if (number == Flash) return InfoKeyResult.NoKey;
        if (number > Flash) return InfoKeyResult.Malformed;

        key = new InfoKey(Keys[number], duration);
        return InfoKeyResult.Key;
    }
}
