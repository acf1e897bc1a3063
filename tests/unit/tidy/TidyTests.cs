using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace OrleansAcd.Tests.Unit.Tidy;

/// <summary>The rules of the house that a compiler does not check.</summary>
public sealed partial class TidyTests
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static readonly string[] Cores =
    [
        "grains/contracts", "grains/routing", "grains/calls", "grains/centre",
        "media-node/core", "media-node/sip", "media-node/rtp", "media-node/audio",
    ];

    /// <summary>Folders by height: a project refers only to lower ones (design section 1).</summary>
    private static readonly Dictionary<string, int> Heights = new()
    {
        ["engine"] = 0, ["streams"] = 0, ["recordings"] = 2, ["media-node/core"] = 0,
        ["grains/contracts"] = 1, ["grains/routing"] = 2, ["grains/centre"] = 2, ["grains/calls"] = 3,
        ["grains/actors"] = 4,
        ["media-node/sip"] = 1, ["media-node/rtp"] = 1, ["media-node/audio"] = 1, ["media-node/host"] = 5,
        ["silo/storage"] = 2, ["silo/host"] = 6, ["gateway/host"] = 6, ["softphone"] = 6, ["cli"] = 7,
    };

    [Fact]
    public void NoFileIsLongerThan600Lines() => Empty(
        from file in SourceTree.Files("*.cs")
        let lines = File.ReadLines(file).Count()
        where lines > 600
        select $"{SourceTree.Relative(file)}: {lines} lines");

    [Fact]
    public void NoLineIsWiderThan120Columns() => Empty(
        from file in SourceTree.Files("*.cs")
        from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
        where line.text.Length > 120 && !line.text.Contains('"', StringComparison.Ordinal)
        select $"{SourceTree.Relative(file)}:{line.number}: {line.text.Length} columns");

    [Fact]
    public void NoFunctionIsLongerThan70Lines() => Empty(
        from file in SourceTree.Files("*.cs")
        from function in Functions(File.ReadAllLines(file))
        where function.Lines > 70
        select $"{SourceTree.Relative(file)}:{function.Line}: {function.Lines} lines");

    [Fact]
    public void CoresHoldNoSocketThreadTaskTimerOrLog() => Empty(
        from core in Cores
        from file in SourceTree.Files("*.cs")
        where SourceTree.Relative(file).StartsWith(core + "/", StringComparison.Ordinal)
        from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
        where ShellOnly().IsMatch(line.text) && !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        select $"{SourceTree.Relative(file)}:{line.number}: {line.text.Trim()}");

    [Fact]
    public void ProjectsReferOnlyDownwards() => Empty(
        from project in SourceTree.Files("*.csproj")
        let folder = Folder(project)
        where Heights.ContainsKey(folder)
        from reference in XDocument.Load(project).Descendants("ProjectReference")
        let path = Path.GetFullPath(
            Path.Combine(Path.GetDirectoryName(project)!, (string)reference.Attribute("Include")!))
        let target = Folder(path)
        where !Heights.TryGetValue(target, out var height) || height >= Heights[folder]
        select $"{folder} refers to {target}");

    [Fact]
    public void EveryProjectIsInTheSolutionAndHasAHeightOrIsATest()
    {
        var solution = File.ReadAllText(Path.Combine(SourceTree.Root, "OrleansAcd.sln")).Replace('\\', '/');
        Empty(
            from project in SourceTree.Files("*.csproj")
            let folder = Folder(project)
            where !solution.Contains(SourceTree.Relative(project), StringComparison.Ordinal)
                || !(Heights.ContainsKey(folder) || folder.StartsWith("tests/", StringComparison.Ordinal))
            select SourceTree.Relative(project));
    }

    [Fact]
    public void EveryProjectFolderSaysInItsReadmeWhatItHolds() => Empty(
        from project in SourceTree.Files("*.csproj")
        where !File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "README.md"))
        select Folder(project) + " has no README.md");

    [Fact]
    public void PackageVersionsStandInOnePlaceOnly() => Empty(
        from project in SourceTree.Files("*.csproj")
        from reference in XDocument.Load(project).Descendants("PackageReference")
        where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
        select $"{Folder(project)}: {reference.Attribute("Include")?.Value}");

    [Fact]
    public void NothingIsLeftForLater() => Empty(
        from file in SourceTree.Files("*.cs")
        where !SourceTree.Relative(file).StartsWith("tests/unit/tidy/", StringComparison.Ordinal)
        from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
        where Unfinished().IsMatch(line.text)
        select $"{SourceTree.Relative(file)}:{line.number}: {line.text.Trim()}");

    private static void Empty(IEnumerable<string> offences)
    {
        var list = offences.ToList();
        Assert.True(list.Count == 0, $"{list.Count} offences:\n{string.Join('\n', list.Take(200))}");
    }

    private static string Folder(string project) => SourceTree.Relative(Path.GetDirectoryName(project)!);

    /// <summary>Blocks at a member's indentation whose opening brace follows a closing parenthesis: the
    /// functions.</summary>
    private static IEnumerable<(int Line, int Lines)> Functions(string[] lines)
    {
        for (var i = 1; i < lines.Length; i++)
        {
            var indent = lines[i].Length - lines[i].TrimStart().Length;
            if (lines[i].Trim() != "{" || indent is not (4 or 8) || !Signature().IsMatch(lines[i - 1])) continue;

            // An object initializer ends with more than the brace; a function with nothing more.
            var end = Array.FindIndex(lines, i, line => line.StartsWith(new string(' ', indent) + "}", Ordinal));
            if (end > i) yield return (i, end - i - 1);
        }
    }

    [GeneratedRegex(@"\)\s*(where .*)?$")]
    private static partial Regex Signature();

    [GeneratedRegex(@"\bnew (Socket|UdpClient|TcpClient|TcpListener|Thread|Timer)\(|\bTask\.Run\b|\bILogger\b|\bStopwatch\b|\bConsole\.")]
    private static partial Regex ShellOnly();

    [GeneratedRegex(@"TODO|FIXME|NotImplementedException|Skip\s*=\s*""")]
    private static partial Regex Unfinished();
}
