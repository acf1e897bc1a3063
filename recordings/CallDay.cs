using OrleansAcd.Contracts;

namespace OrleansAcd.Recordings;

/// <summary>The day on which a call began, as its id says: 48 bits of milliseconds since 1970 in Crockford's base 32
/// come first. So a call's files are found without looking through all days.</summary>
public static class CallDay
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TimeDigits = 10;
    private const int IdChars = 23;
    private const long YearMax = 9_999;

    /// <summary>Null for an id of another make.</summary>
    public static DateOnly? Of(CallId call)
    {
        if (call.Value is not { Length: IdChars } id) return null;

        var milliseconds = 0L;
        for (var i = 0; i < id.Length; i++)
        {
            var digit = Digits.IndexOf(id[i], StringComparison.Ordinal);
            if (digit < 0) return null;
            if (i < TimeDigits) milliseconds = (milliseconds << 5) | (long)digit;
        }

        var latest = new DateTimeOffset((int)YearMax, 12, 31, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        return milliseconds > latest
            ? null
            : DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime);
    }
}
