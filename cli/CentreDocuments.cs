using System.Security.Cryptography;
using System.Text;
using OrleansAcd.CentreYaml;

namespace OrleansAcd.Cli;

/// <summary>The centre document of a start.</summary>
/// <param name="Given">The file that was named; null: none was.</param>
/// <param name="Sample">For a first start without a file; null when one was given.</param>
/// <param name="SamplePasswords">Agents and passwords of a sample that was made just now, to be printed.</param>
internal sealed record CentreDocument(
    string? Given, string? Sample, string Source, IReadOnlyDictionary<string, string> SamplePasswords);

/// <summary>Finds the centre document: the file that was named, or a sample with passwords of its own.</summary>
internal static class CentreDocuments
{
    private const string SampleName = "sample-centre.yaml";

    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    public static async Task<CentreDocument> ForRun(FileInfo? file, DirectoryInfo data, CancellationToken cancellation)
    {
        if (file is not null) return new CentreDocument(await Read(file, cancellation), null, file.Name, None);

        var path = Path.Combine(data.FullName, SampleName);
        var source = $"the stored centre, or at first {Path.Combine(data.Name, SampleName)}";
        if (File.Exists(path))
            return new CentreDocument(null, await Read(new FileInfo(path), cancellation), source, None);

        var (yaml, passwords) = NewSample();
        await Write(path, yaml, cancellation);
        return new CentreDocument(null, yaml, Path.Combine(data.Name, SampleName), passwords);
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

    /// <summary>The sample with a fresh password in place of each that it shows: no two installations share
    /// one.</summary>
    private static (string Yaml, IReadOnlyDictionary<string, string> Passwords) NewSample()
    {
        var passwords = new Dictionary<string, string>();
        var yaml = SampleCentre.Yaml;
        foreach (var agent in SampleCentre.Agents)
        {
            passwords[agent] = "pw-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
            yaml = yaml.Replace($"{agent}-secret", passwords[agent], StringComparison.Ordinal);
        }

        return (yaml, passwords);
    }

    private static async Task Write(string path, string yaml, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var stream = new FileStream(path, OwnerOnly());
            await stream.WriteAsync(Encoding.UTF8.GetBytes(yaml), cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the data folder cannot be written: {problem.Message}");
        }
    }

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
