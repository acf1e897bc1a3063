using Xunit;

namespace OrleansAcd.Tests.Unit.StorageTests;

/// <summary>One commit serves many calls (design section 8).</summary>
public sealed class GroupCommitTests : IDisposable
{
    private readonly TestStorage _files = new();

    [Fact]
    public async Task ManyCallsShareACommit()
    {
        using var storage = _files.Open();
        var results = await Task.WhenAll(Enumerable.Range(0, 20_000)
            .Select(i => storage.Journal.Append(new($"c{i / 10}"), TestStorage.Entries(i % 10)).AsTask()));

        Assert.All(results, Assert.True);
        var status = storage.Status;
        Assert.True(status.Commits < status.Written / 5, $"{status.Commits} commits for {status.Written} writes");
    }

    public void Dispose() => _files.Dispose();
}
