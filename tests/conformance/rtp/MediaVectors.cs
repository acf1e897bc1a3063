using Xunit;

namespace OrleansAcd.Tests.Conformance.Rtp;

/// <summary>Finds the vectors: ACD_VECTORS, else ../shared/vectors beside the repository. Skips when there are
/// none.</summary>
internal static class MediaVectors
{
    public static string Path(string relative)
    {
        var root = Environment.GetEnvironmentVariable("ACD_VECTORS") ?? BesideRepository();
        var path = System.IO.Path.Combine(root, relative);
        Skip.IfNot(File.Exists(path) || Directory.Exists(path), $"no vectors at {path}");
        return path;
    }

    private static string BesideRepository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "OrleansAcd.sln")))
            {
                return System.IO.Path.Combine(at.Parent!.FullName, "shared", "vectors");
            }
        }

        return "no-repository";
    }
}
