using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>A table of what a machine does: a column for each state, a row for each event. "-": stale, nothing
/// happens.</summary>
internal static class MatrixTable
{
    /// <summary>Walks every cell and compares it with what the table says; the table has exactly these states and
    /// events.</summary>
    public static void Check(
        string table, IReadOnlyList<string> states, IReadOnlyList<string> events, Func<string, string, string> run)
    {
        var rows = table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(row => string.Join(" | ", row.Split('|', StringSplitOptions.TrimEntries)));
        var actual = events.Select(e => string.Join(" | ", states.Select(s => run(s, e)).Prepend(e)))
            .Prepend(string.Join(" | ", states.Prepend("event")));
        Assert.Equal(string.Join('\n', rows), string.Join('\n', actual));
    }

    /// <summary>The README shows the same table: a row of it is a row of the page.</summary>
    public static void CheckReadme(string table)
    {
        var page = File.ReadAllText(Path.Combine(Tidy.SourceTree.Root, "grains", "calls", "README.md"));
        foreach (var row in table.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Contains($"| {string.Join(" | ", row.Split('|', StringSplitOptions.TrimEntries))} |", page);
        }
    }
}
