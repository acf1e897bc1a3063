namespace OrleansAcd.CentreYaml;

/// <summary>The centre that runs when none is given.</summary>
public static class SampleCentre
{
    /// <summary>As shipped: every agent's password is the agent's id and "-secret", to be replaced before
    /// use.</summary>
    public static string Yaml { get; } = Read();

    public static IReadOnlyList<string> Agents { get; } = ["alice", "bob", "carol"];

    private static string Read()
    {
        using var stream = typeof(SampleCentre).Assembly.GetManifestResourceStream("sample-centre.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
