namespace OrleansAcd.Tests.Unit.Tidy;

/// <summary>The repository's own source, as the tidy tests read it.</summary>
internal static class SourceTree
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Where(file => !Relative(file).Split('/')
                .Any(part => part is "bin" or "obj" or ".git" or "node_modules" or "TestResults"))
            .Order(StringComparer.Ordinal);

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "OrleansAcd.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("OrleansAcd.sln is not above " + AppContext.BaseDirectory);
    }
}
