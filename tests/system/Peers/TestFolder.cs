namespace OrleansAcd.Tests.System.Peers;

/// <summary>A test's own folder below the system's temporary one, deleted at its end.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder() => Path = Directory.CreateTempSubdirectory("acd-test-").FullName;

    public string Path { get; }

    public string File(string name) => global::System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A peer that was killed may still be closing its files.
        }
    }
}
