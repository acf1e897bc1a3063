using System.Globalization;

namespace OrleansAcd.Recordings;

/// <summary>Where recordings are kept and for how long: section <c>Acd:Recordings</c>,
/// <c>ACD__Recordings__...</c> in the environment.</summary>
public sealed record RecordingOptions
{
    /// <summary>The folder of recordings; null: <c>recordings</c> in the data folder. With S3 they wait here to be
    /// uploaded.</summary>
    public string? Directory { get; init; }

    /// <summary>Recordings of calls that began more than so many days ago are deleted; null: never.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>An S3-compatible storage; null: the folder is all.</summary>
    public S3Options? S3 { get; init; }

    /// <summary>What is wrong: key, value and what is allowed, one line each; empty: nothing.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Directory is not null && (string.IsNullOrWhiteSpace(Directory) || File.Exists(Directory)))
        {
            problems.Add($"Acd:Recordings:Directory = \"{Directory}\": must be the path of a directory");
        }

        if (RetentionDays is < 1 or > 36_500)
        {
            var days = RetentionDays.Value.ToString(CultureInfo.InvariantCulture);
            problems.Add($"Acd:Recordings:RetentionDays = {days}: must be 1 to 36500, or left out to keep all");
        }

        if (S3 is not null) problems.AddRange(S3.Problems());
        return problems;
    }
}

/// <summary>An S3-compatible storage: endpoint, bucket and who we are there. Addressed path-style
/// (<c>endpoint/bucket/key</c>).</summary>
public sealed record S3Options
{
    public string Endpoint { get; init; } = "";

    public string Bucket { get; init; } = "";

    /// <summary>What signatures name; most servers other than Amazon's take any.</summary>
    public string Region { get; init; } = "us-east-1";

    public string AccessKey { get; init; } = "";

    public string SecretKey { get; init; } = "";

    /// <summary>What every key begins with, e.g. <c>centre-1/</c>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>How long one request may take, an upload's whole body included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After a failure uploads rest so long, then twice as long, up to <see cref="RetryMax"/>.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(5);

    public IEnumerable<string> Problems()
    {
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            yield return $"Acd:Recordings:S3:Endpoint = \"{Endpoint}\": must be an http or https address";
        }

        if (Bucket.Length == 0) yield return "Acd:Recordings:S3:Bucket: must be the name of a bucket";
        if (AccessKey.Length == 0) yield return "Acd:Recordings:S3:AccessKey: must be given";
        if (SecretKey.Length == 0) yield return "Acd:Recordings:S3:SecretKey: must be given";
        if (Prefix.StartsWith('/')) yield return $"Acd:Recordings:S3:Prefix = \"{Prefix}\": must not begin with /";

        // On the way into an address such a part vanishes, and with it the key that was signed.
        if (Prefix.Split('/')[..^1].Any(part => part is "." or ".."))
            yield return $"Acd:Recordings:S3:Prefix = \"{Prefix}\": no part of it may be . or ..";
    }

    public override string ToString() => $"S3({Endpoint}, {Bucket})";
}
