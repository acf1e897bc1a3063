using System.Security.Cryptography;
using System.Text;
using OrleansAcd.CentreYaml;

namespace OrleansAcd.Cli;

/// <summary>Where the centre document of a start comes from.</summary>
/// <param name="Yaml">Null: the one that is stored already.</param>
/// <param name="Source">What the banner calls it.</param>
/// <param name="Passwords">Agents and passwords of a sample that was made just now, to be printed once.</param>
internal sealed record CentreDocument(string? Yaml, string Source, IReadOnlyDictionary<string, string> Passwords);

/// <summary>Finds the centre document: the file that was named, the stored one, or a new sample with passwords of its own.</summary>
internal static class CentreDocuments
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    public static async Task<CentreDocument> ForRun(FileInfo? file, DirectoryInfo data, CancellationToken cancellation)
    {
        if (file is not null) return new CentreDocument(await Read(file, cancellation), file.Name, None);

        var marker = Path.Combine(data.FullName, "sample-centre.yaml");
        if (File.Exists(marker)) return new CentreDocument(null, "the centre stored in " + data.Name, None);

        var (yaml, passwords) = NewSample();
        data.Create();
        await using (var stream = new FileStream(marker, OwnerOnly())) await stream.WriteAsync(Encoding.UTF8.GetBytes(yaml), cancellation);
        return new CentreDocument(yaml, "a sample centre, " + Path.Combine(data.Name, "sample-centre.yaml"), passwords);
    }

    public static async Task<string> Read(FileInfo file, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(file.FullName, cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the centre document '{file}' cannot be read: {problem.Message}");
        }
    }

    /// <summary>The sample with a fresh password in place of each that it shows: no two installations share one.</summary>
    private static (string Yaml, IReadOnlyDictionary<string, string> Passwords) NewSample()
    {
        var passwords = new Dictionary<string, string>();
        var yaml = SampleCentre.Yaml;
        foreach (var agent in SampleCentre.Agents)
        {
            passwords[agent] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
            yaml = yaml.Replace($"{agent}-secret", passwords[agent], StringComparison.Ordinal);
        }

        return (yaml, passwords);
    }

    private static FileStreamOptions OwnerOnly() => new()
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };
}
