using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>Published messages, from the folder named by ACD_VECTORS.</summary>
internal static class SipVectors
{
    public static byte[] Read(string set, string name)
    {
        var path = Path.Combine(Root(), "sip", set, name);
        Skip.IfNot(File.Exists(path), $"no vectors at {path}");
        return File.ReadAllBytes(path);
    }

    private static string Root()
    {
        if (Environment.GetEnvironmentVariable("ACD_VECTORS") is { Length: > 0 } given) return given;

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName,
            "OrleansAcd.sln"))) folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? ".", "..", "shared", "vectors");
    }
}
