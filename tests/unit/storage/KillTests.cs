using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Storage;
using Xunit;

namespace OrleansAcd.Tests.Unit.StorageTests;

/// <summary>kill -9 in the middle of writing: what was acknowledged is there afterwards.</summary>
public sealed class KillTests : IDisposable
{
    private const string ChildVariable = "ACD_TEST_STORAGE_CHILD";
    private readonly TestStorage _files = new();

    [Fact]
    public async Task EveryAcknowledgedWriteSurvivesAKillAndTheOthersAreWholeOrAbsent()
    {
        var acknowledged = RunChildAndKillIt(lines: 3_000);

        using var storage = _files.Open();
        using (var raw = _files.Raw()) Assert.Equal("ok", TestStorage.Scalar(raw, "PRAGMA integrity_check"));
        foreach (var line in acknowledged)
        {
            var call = new CallId(line[1..]);
            if (line[0] == 'A') Assert.NotEmpty(await storage.Calls.Replay(call, default));
            else Assert.Equal(2, (await storage.Calls.Find(call, default))!.Timeline.Length);
        }

        Assert.True(await storage.Calls.MarkLost(TestStorage.Noon, default) > 0, "some calls were up");
        Assert.Equal(0, await storage.Calls.MarkLost(TestStorage.Noon, default));
    }

    public void Dispose() => _files.Dispose();

    /// <summary>The child is this assembly's own program: its variable makes it write calls until it is
    /// killed.</summary>
    private List<string> RunChildAndKillIt(int lines)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        start.Environment[ChildVariable] = _files.Directory;
        using var child = Process.Start(start)!;
        var acknowledged = new List<string>();
        while (acknowledged.Count < lines && child.StandardOutput.ReadLine() is { } line) acknowledged.Add(line);
        child.Kill();
        acknowledged.AddRange(child.StandardOutput.ReadToEnd().Split('\n')[..^1]);
        child.WaitForExit();
        Assert.True(acknowledged.Count >= lines, $"the child wrote only {acknowledged.Count} lines");
        return acknowledged;
    }

#pragma warning disable CA2255 // The test assembly is an application here.
    [ModuleInitializer]
    internal static void WriteUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) is not { Length: > 0 } directory) return;

        // A foreground thread keeps the program alive; within the initializer itself other threads would wait for it.
        new Thread(() => Write(directory)).Start();
    }
#pragma warning restore CA2255

    private static void Write(string directory)
    {
        var storage = AcdStorage.Open(
            new StorageOptions { Directory = directory }, TimeProvider.System, NullLogger.Instance);
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        Task.WaitAll([.. Enumerable.Range(0, 8).Select(worker =>
            Task.Run(() => WriteCalls(storage.Journal, worker, output)))]);
    }

    private static async Task WriteCalls(ICallJournal journal, int worker, TextWriter output)
    {
        for (var i = 0; ; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{worker}-{i:D8}");
            if (await journal.Append(new CallId(id), TestStorage.Entries(1))) output.WriteLine("A" + id);
            if (i % 3 == 0) continue;
            if (await journal.Complete(TestStorage.Record(id), TestStorage.Entries(2))) output.WriteLine("C" + id);
        }
    }
}
