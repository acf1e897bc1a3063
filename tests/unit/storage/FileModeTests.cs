using System.Runtime.Versioning;
using Xunit;

namespace OrleansAcd.Tests.Unit.StorageTests;

/// <summary>The database holds callers' addresses and agents' digests.</summary>
public sealed class FileModeTests : IDisposable
{
    private readonly TestStorage _files = new();

    [Fact, UnsupportedOSPlatform("windows")]
    public async Task OnlyTheOwnerReadsTheDatabase()
    {
        using var storage = _files.Open();
        Assert.True(await storage.Journal.Append(new("c1"), TestStorage.Entries(1)));

        var files = Directory.GetFiles(_files.Directory, "acd.db*").Where(file => new FileInfo(file).Length > 0).ToList();
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite;
        Assert.All(files, file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others));
    }

    public void Dispose() => _files.Dispose();
}
