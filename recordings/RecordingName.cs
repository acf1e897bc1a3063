using System.Globalization;
using OrleansAcd.Contracts;

namespace OrleansAcd.Recordings;

/// <summary>The name of a recorded file: <c>20261122-CALL-1-001.wav</c>, which is day (UTC, of the call's beginning),
/// call, recording and segment. It holds no caller's data, and sorts by time.</summary>
/// <remarks>Only such a name ever becomes a path or a key: no separator, no dot but one.</remarks>
public readonly record struct RecordingName(DateOnly Day, CallId Call, int Recording, int Segment, string Extension)
{
    public const string Wav = "wav";
    public const string Opus = "opus";

    public const int CallCharsMax = 64;
    public const int RecordingMax = 999;
    public const int SegmentMax = 99_999;

    /// <summary>The longest name there is.</summary>
    public const int CharsMax = DayChars + 1 + CallCharsMax + 1 + 3 + 1 + 5 + 5;

    private const int DayChars = 8;
    private const string DayFormat = "yyyyMMdd";

    /// <summary>The day as names write it.</summary>
    public static string TextOf(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    public static bool TryParseDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    /// <summary>Whether a call's id can stand in a name.</summary>
    public static bool IsNameable(CallId call) =>
        call.Value is { Length: > 0 and <= CallCharsMax } && call.Value.All(IsCallChar);

    /// <summary>Reads exactly what <see cref="ToString"/> writes; anything else is no name.</summary>
    public static bool TryParse(string? text, out RecordingName name)
    {
        name = default;
        if (text is null || text.Length > CharsMax || text.IndexOf('.', StringComparison.Ordinal) is var dot && dot < 0)
        {
            return false;
        }

        var extension = text[(dot + 1)..];
        if (extension is not (Wav or Opus)) return false;

        var stem = text[..dot];
        var last = stem.LastIndexOf('-');
        var middle = last > 0 ? stem.LastIndexOf('-', last - 1) : -1;
        if (middle <= DayChars + 1 || stem[DayChars] != '-') return false;

        var call = new CallId(stem[(DayChars + 1)..middle]);
        if (!TryParseDay(stem[..DayChars], out var day) || !IsNameable(call)) return false;
        if (!TryCount(stem.AsSpan(middle + 1, last - middle - 1), RecordingMax, out var recording)) return false;
        if (!TryCount(stem.AsSpan(last + 1), SegmentMax, out var segment)) return false;

        name = new RecordingName(day, call, recording, segment, extension);
        return name.ToString() == text;
    }

    /// <summary>What all names of a day, or of one call that began on it, begin with.</summary>
    public static string Prefix(DateOnly day, CallId? call = null) =>
        call is { } one ? $"{TextOf(day)}-{one.Value}-" : TextOf(day) + "-";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{TextOf(Day)}-{Call.Value}-{Recording}-{Segment:000}.{Extension}");

    private static bool TryCount(ReadOnlySpan<char> text, int max, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= 1 && count <= max;

    private static bool IsCallChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
}
