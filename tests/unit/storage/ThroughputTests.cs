using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace OrleansAcd.Tests.Unit.StorageTests;

/// <summary>How fast the journal is; the bounds are far below what was measured, so that a slow machine
/// passes.</summary>
public sealed class ThroughputTests(ITestOutputHelper output) : IDisposable
{
    private readonly TestStorage _files = new();

    [Fact]
    public async Task ManyCallsShareACommit()
    {
        using var storage = _files.Open();
        var clock = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, 20_000)
            .Select(i => storage.Journal.Append(new($"c{i / 10}"), TestStorage.Entries(i % 10)).AsTask()));
        clock.Stop();

        Assert.All(results, Assert.True);
        var status = storage.Status;
        output.WriteLine($"{20_000 / clock.Elapsed.TotalSeconds:F0} appends/s, {status.Written / (double)status.Commits:F0} a commit");
        Assert.True(status.Commits < status.Written / 5, $"{status.Commits} commits for {status.Written} writes");
    }

    [Fact]
    public async Task AnAppendIsDurableInMillisecondsAt500CallsASecond()
    {
        using var storage = _files.Open();
        var latencies = new List<Task<TimeSpan>>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var tick = 0; tick < 200; tick++)
        {
            await timer.WaitForNextTickAsync();
            for (var i = 0; i < 25; i++) latencies.Add(Timed($"c{tick}-{i / 5}", i % 5));
        }

        var sorted = (await Task.WhenAll(latencies)).Order().ToArray();
        output.WriteLine($"5 appends a call, 500 calls/s: p50 {sorted[sorted.Length / 2].TotalMilliseconds:F2} ms, "
            + $"p99 {sorted[sorted.Length * 99 / 100].TotalMilliseconds:F2} ms, max {sorted[^1].TotalMilliseconds:F2} ms");
        Assert.True(sorted[sorted.Length / 2] < TimeSpan.FromMilliseconds(50), $"p50 {sorted[sorted.Length / 2]}");

        async Task<TimeSpan> Timed(string call, long sequence)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.True(await storage.Journal.Append(new(call), TestStorage.Entries(sequence)));
            return Stopwatch.GetElapsedTime(started);
        }
    }

    public void Dispose() => _files.Dispose();
}
