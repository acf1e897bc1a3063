using System.Globalization;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>Durations as the centre document writes them: <c>500ms</c>, <c>15s</c>, <c>2m</c>, <c>1h</c>.</summary>
internal static class Durations
{
    public static readonly TimeSpan Max = TimeSpan.FromHours(24);

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        if (digits is 0 or > 9) return false;

        var count = long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
        long? unit = text[digits..] switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            _ => null,
        };
        if (unit is null || count > Max.Ticks / unit) return false;

        value = TimeSpan.FromTicks(count * unit.Value);
        return true;
    }

    public static string Write(TimeSpan value) => value.Ticks switch
    {
        0 => "0s",
        var t when t % TimeSpan.TicksPerHour == 0 => $"{t / TimeSpan.TicksPerHour}h",
        var t when t % TimeSpan.TicksPerMinute == 0 => $"{t / TimeSpan.TicksPerMinute}m",
        var t when t % TimeSpan.TicksPerSecond == 0 => $"{t / TimeSpan.TicksPerSecond}s",
        var t => $"{t / TimeSpan.TicksPerMillisecond}ms",
    };
}
