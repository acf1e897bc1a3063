using System.Diagnostics;
using Microsoft.Data.Sqlite;
using OrleansAcd.Contracts;
using OrleansAcd.Storage;
using Xunit;

namespace OrleansAcd.Tests.Unit.StorageTests;

/// <summary>A full disk, a locked or damaged database, a killed process: no call that is up stops for it.</summary>
public sealed class TroubleTests : IDisposable
{
    private readonly TestStorage _files = new();

    [Fact]
    public async Task ALockedDatabaseHoldsNobodyUpAndEverythingIsWrittenWhenItIsFree()
    {
        var log = new LogLines();
        using var storage = _files.Open(log);
        using var other = _files.Raw();
        TestStorage.Execute(other, "BEGIN EXCLUSIVE");

        Assert.False(await storage.Journal.Append(new("c1"), TestStorage.Entries(1)));
        Assert.False(await storage.Journal.Append(new("c1"), TestStorage.Entries(2)));
        Assert.False(await storage.Journal.Complete(TestStorage.Record("c1"), TestStorage.Entries(3)));
        Assert.Contains("locked", storage.NotReady, StringComparison.Ordinal);
        Assert.Equal(3, storage.Status.Backlog);

        TestStorage.Execute(other, "COMMIT");
        TestStorage.Await(() => storage.NotReady is null && storage.Status.Backlog == 0, "written after the lock");

        Assert.Equal(3, (await storage.Calls.Find(new("c1"), default))!.Timeline.Length);
        Assert.Equal(0, storage.Status.Dropped);
        Assert.Equal(2, log.Lines.Length);
    }

    /// <summary>Whoever asks while a commit hangs is told of what is in it.</summary>
    [Fact]
    public async Task WhatACommitThatHangsHoldsIsStillNotOnDisk()
    {
        _files.Options = _files.Options with
        {
            BusyTimeout = TimeSpan.FromMinutes(1), StallTimeout = TimeSpan.FromMilliseconds(100),
        };
        using var storage = _files.Open();
        using var other = _files.Raw();
        TestStorage.Execute(other, "BEGIN EXCLUSIVE");

        Assert.False(await storage.Journal.Append(new("c1"), TestStorage.Entries(1)));

        Assert.Equal(1, storage.Status.Backlog);
        TestStorage.Execute(other, "COMMIT");
        TestStorage.Await(() => storage.Status is { Trouble: null, Backlog: 0, Written: 1 }, "written after the lock");
    }

    [Fact]
    public async Task WhatDoesNotFitTheBacklogIsDroppedAndCounted()
    {
        _files.Options = _files.Options with { BacklogBytesMax = 2_000 };
        using var storage = _files.Open();
        using var other = _files.Raw();
        TestStorage.Execute(other, "BEGIN EXCLUSIVE");

        for (var i = 1; i <= 20; i++) Assert.False(await storage.Journal.Append(new("c1"), TestStorage.Entries(i)));

        var status = storage.Status;
        Assert.Equal(20, status.Backlog + status.Dropped);
        Assert.InRange(status.Dropped, 1, 19);
        Assert.InRange(status.BacklogBytes, 1, 2_000);
    }

    [Fact]
    public async Task AStopWhileLockedGivesUpAndSaysWhatIsLost()
    {
        var log = new LogLines();
        var storage = _files.Open(log);
        using var other = _files.Raw();
        TestStorage.Execute(other, "BEGIN EXCLUSIVE");
        Assert.False(await storage.Journal.Append(new("c1"), TestStorage.Entries(1)));

        storage.Dispose();

        Assert.StartsWith("Storage: stopped with 1 writes not on disk", log.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileAtItsLargestSizeHoldsNobodyUp()
    {
        _files.Options = _files.Options with { FileBytesMax = 128 * 1024 };
        using var storage = _files.Open();
        var written = 0;
        while (written < 10_000 && await storage.Journal.Append(new($"c{written}"), TestStorage.Entries(1))) written++;

        Assert.InRange(written, 1, 9_999);
        Assert.Contains("full", storage.NotReady, StringComparison.Ordinal);
        Assert.False(await storage.Journal.Append(new("more"), TestStorage.Entries(1)));
        Assert.Single(await storage.Calls.Replay(new("c0"), default));
    }

    [SkippableFact]
    public async Task AFullDiskHoldsNobodyUpAndEverythingIsWrittenWhenThereIsRoom()
    {
        var disk = Path.Combine(_files.Directory, "disk");
        Directory.CreateDirectory(disk);
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounts a small disk: needs root");
        Skip.IfNot(Shell("mount", $"-t tmpfs -o size=3m tmpfs {disk}") == 0, "mounting is not allowed here");
        try
        {
            _files.Options = _files.Options with { Directory = disk };
            using var storage = _files.Open();
            Assert.True(await storage.Journal.Append(new("first"), TestStorage.Entries(1)));
            var filler = Path.Combine(disk, "filler");
            Fill(filler);
            var n = 0;
            while (n < 20_000 && await storage.Journal.Append(new($"c{n}"), TestStorage.Entries(1))) n++;
            Assert.InRange(n, 0, 19_999);
            Assert.NotNull(storage.NotReady);

            File.Delete(filler);
            TestStorage.Await(() => storage.NotReady is null
                && storage.Status.Backlog == 0, "written when there is room");
            Assert.Single(await storage.Calls.Replay(new($"c{n}"), default));
            Assert.Equal(0, storage.Status.Dropped);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Shell("umount", disk);
        }
    }

    [Theory]
    [InlineData("this is not a database, whatever its name says")]
    [InlineData("SQLite format 3\0 and then nothing that makes sense")]
    public void ADamagedFileIsOneClearLineAtStart(string content)
    {
        File.WriteAllText(_files.Options.File, content + new string('x', 5_000));

        var e = Assert.Throws<StorageException>(() => _files.Open());

        Assert.Contains(_files.Options.File, e.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task DamageInsideTheFileIsFoundAtStart()
    {
        using (var storage = _files.Open())
        {
            for (var i = 0; i < 300; i++) await storage.Journal.Append(new($"c{i}"), TestStorage.Entries(1, 2, 3));
        }

        SqliteConnection.ClearAllPools();
        using (var file = new FileStream(_files.Options.File, FileMode.Open))
        {
            file.Position = 4096 * 3;
            file.Write(Enumerable.Repeat((byte)0xA5, 4096 * 4).ToArray());
        }

        Assert.Contains("damaged", Assert.Throws<StorageException>(() =>
            _files.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASecondProcessOnTheSameDirectoryIsRefusedInOneLine()
    {
        using var first = _files.Open();

        var e = Assert.Throws<StorageException>(() => _files.Open());

        Assert.Contains("in use", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADatabaseOfANewerProgramIsRefused()
    {
        _files.Open().Dispose();
        using (var raw = _files.Raw()) TestStorage.Execute(raw, "PRAGMA user_version = 999");

        Assert.Contains("newer", Assert.Throws<StorageException>(() =>
            _files.Open()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        try
        {
            while (true) file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // The disk is full: that is what was wanted.
        }
    }

    private static int Shell(string program, string arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
