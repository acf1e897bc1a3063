namespace OrleansAcd.CentreYaml;

/// <summary>The centre that runs when none is given.</summary>
public static class SampleCentre
{
    public static string Yaml { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(SampleCentre).Assembly.GetManifestResourceStream("sample-centre.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
