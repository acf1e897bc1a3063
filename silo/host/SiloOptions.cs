using System.Globalization;

namespace OrleansAcd.Silo;

/// <summary>The silo's settings: section <c>Acd</c> of the configuration, <c>ACD__...</c> in the environment.</summary>
public sealed record SiloOptions
{
    /// <summary>Where the database, the API key and recordings are. Made where it does not exist.</summary>
    public string DataDirectory { get; init; } = "data";

    /// <summary>Ended calls older than this many days are deleted; null: never.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>A centre document to apply at start; null: the one applied last, or the sample where there is
    /// none.</summary>
    public string? CentreYaml { get; init; }

    /// <summary>What is wrong: key, value and what is allowed, one line each; empty: nothing.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(DataDirectory) || DataDirectory.AsSpan().ContainsAny(Path.GetInvalidPathChars()))
        {
            problems.Add($"Acd:DataDirectory = \"{DataDirectory}\": must be the path of a directory");
        }
        else if (File.Exists(DataDirectory))
        {
            problems.Add($"Acd:DataDirectory = \"{DataDirectory}\": is a file; must be the path of a directory");
        }

        if (RetentionDays is < 1 or > 36_500)
        {
            var days = RetentionDays.Value.ToString(CultureInfo.InvariantCulture);
            problems.Add($"Acd:RetentionDays = {days}: must be 1 to 36500, or left out to keep all calls");
        }

        return problems;
    }
}
