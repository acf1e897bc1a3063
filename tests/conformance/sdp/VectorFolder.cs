namespace OrleansAcd.Tests.Conformance.Sdp;

/// <summary>Finds the conformance vectors: ACD_VECTORS, else ../shared/vectors beside the repository.</summary>
internal static class VectorFolder
{
    public static string? Find(string name)
    {
        var root = Environment.GetEnvironmentVariable("ACD_VECTORS") ?? BesideRepository();
        var folder = root is null ? null : Path.Combine(root, name);
        return Directory.Exists(folder) ? folder : null;
    }

    private static string? BesideRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansAcd.sln")))
            {
                return Path.Combine(folder.FullName, "..", "shared", "vectors");
            }
        }

        return null;
    }
}
