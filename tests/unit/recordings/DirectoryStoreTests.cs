using System.Security.Cryptography;
using OrleansAcd.Contracts;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recordings;

/// <summary>A directory as a store, and the spool that files come from.</summary>
public sealed class DirectoryStoreTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task AFinishedFileIsInTheStoreWithItsHashAndNoLongerInTheSpool()
    {
        using var folder = new RecordingFolder();
        var store = new DirectoryStore(folder.Path);
        var spool = new RecordingSpool(folder.Path, store);
        var name = RecordingFolder.Name();

        var facts = await Record(spool, name);

        var bytes = await Read(store, name, 0, facts.Bytes);
        Assert.Equal(44 + 400, bytes.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), facts.Sha256);
        Assert.Equal(facts.ToBytes(), (await store.Find(name, Never))!.ToBytes());
        Assert.Equal(bytes[40..60], await Read(store, name, 40, 20));
        Assert.Empty(Directory.EnumerateFiles(spool.Folder));
    }

    [Fact]
    public async Task ListsAreInOrderFilteredByDayAndCallAndGoOnFromAName()
    {
        using var folder = new RecordingFolder();
        var store = new DirectoryStore(folder.Path);
        var spool = new RecordingSpool(folder.Path, store);
        var next = RecordingFolder.Day.AddDays(1);
        RecordingName[] names =
        [
            RecordingFolder.Name("a"), RecordingFolder.Name("a", 2), RecordingFolder.Name("b"),
            RecordingFolder.Name("b", day: next), RecordingFolder.Name("c", day: next),
        ];
        foreach (var name in names.Reverse()) await Record(spool, name);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "20261122", "strange.txt"), "x");
        Directory.CreateDirectory(Path.Combine(folder.Path, "strange"));

        Assert.Equal(names, await Names(RecordingFilter.All, null));
        Assert.Equal(names[..2], await Names(RecordingFilter.All, null, limit: 2));
        Assert.Equal(names[2..], await Names(RecordingFilter.All, names[1].ToString()));
        Assert.Equal(names[3..], await Names(new RecordingFilter(Day: next), null));
        Assert.Equal(names[2..4], await Names(new RecordingFilter(new CallId("b")), null));
        Assert.Empty(await Names(new RecordingFilter(new CallId("b"), RecordingFolder.Day.AddDays(5)), null));

        async Task<IEnumerable<RecordingName>> Names(RecordingFilter filter, string? after, int limit = 100) =>
            (await store.List(filter, after, limit, Never)).Select(found => found.Name);
    }

    [Fact]
    public async Task ADeletedRecordingLeavesNothing()
    {
        using var folder = new RecordingFolder();
        var store = new DirectoryStore(folder.Path);
        var name = RecordingFolder.Name();
        await Record(new RecordingSpool(folder.Path, store), name);

        Assert.True(await store.Delete(name, Never));

        Assert.False(await store.Delete(name, Never));
        Assert.Null(await store.Find(name, Never));
        Assert.Null(await store.Open(name, 0, 1, Never));
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "20261122")));
    }

    [Fact]
    public async Task WhatACrashLeftIsPutInOrderAndIntoTheStoreAtTheNextStart()
    {
        using var folder = new RecordingFolder();
        var store = new DirectoryStore(folder.Path);
        var crashed = new RecordingSpool(folder.Path, store);
        var (cut, empty) = (RecordingFolder.Name("cut"), RecordingFolder.Name("empty"));
        crashed.Begin(RecordingFolder.Facts(cut));
        crashed.Begin(RecordingFolder.Facts(empty));
        using (var file = WavFile.Create(crashed.PathOf(cut), new WavFormat(2, 8_000)))
        {
            file.Write(0, new short[2 * 8_000]);
            file.Commit(4_000);
        }

        WavFile.Create(crashed.PathOf(empty), new WavFormat(2, 8_000)).Dispose();

        var recovered = await new RecordingSpool(folder.Path, store).Recover(Never);

        var facts = Assert.Single(recovered);
        Assert.Equal((TimeSpan.FromSeconds(1), true), (facts.Duration, facts.Recovered));
        Assert.Equal(44 + 32_000, facts.Bytes);
        Assert.Equal([cut], (await store.List(RecordingFilter.All, null, 10, Never)).Select(found => found.Name));
        Assert.Equal([crashed.PathOf(cut) + ".untold"], Directory.EnumerateFiles(crashed.Folder));
    }

    /// <summary>A start that fails behind the recovery, say because a port is taken, must not lose who is to be
    /// told.</summary>
    [Fact]
    public async Task WhatWasRecoveredIsRememberedOverStartsUntilItsCallIsTold()
    {
        using var folder = new RecordingFolder();
        var store = new DirectoryStore(folder.Path);
        var crashed = new RecordingSpool(folder.Path, store);
        RecordingName[] names = [RecordingFolder.Name("a"), RecordingFolder.Name("b")];
        foreach (var name in names)
        {
            crashed.Begin(RecordingFolder.Facts(name));
            using var file = WavFile.Create(crashed.PathOf(name), new WavFormat(2, 8_000));
            file.Write(0, new short[2 * 8_000]);
        }

        var recovered = await new RecordingSpool(folder.Path, store).Recover(Never);
        var next = new RecordingSpool(folder.Path, store);
        Assert.Empty(await next.Recover(Never));

        var untold = next.Untold().ToArray();
        Assert.Equal(recovered.Select(facts => (facts.Name, facts.Sha256)), untold.Select(f => (f.Name, f.Sha256)));
        Assert.All(untold, facts => Assert.True(facts.Recovered));
        next.Told(untold[0]);
        Assert.Equal(names[1].ToString(), Assert.Single(next.Untold()).Name);
        next.Told(untold[1]);
        Assert.Empty(Directory.EnumerateFiles(next.Folder));
    }

    [Fact]
    public async Task AStoreThatCannotBeReachedSaysSo()
    {
        using var folder = new RecordingFolder();
        var store = new DirectoryStore(folder.File("file"));
        await File.WriteAllTextAsync(folder.File("file"), "not a directory");
        await File.WriteAllTextAsync(folder.File("sound"), "x");

        await Assert.ThrowsAsync<RecordingStoreException>(
            () => store.Put(folder.File("sound"), RecordingFolder.Facts(RecordingFolder.Name()), Never));
        Assert.True(File.Exists(folder.File("sound")));
    }

    private static async Task<RecordingFacts> Record(RecordingSpool spool, RecordingName name)
    {
        spool.Begin(RecordingFolder.Facts(name));
        using (var file = WavFile.Create(spool.PathOf(name), new WavFormat(2, 8_000)))
        {
            file.Write(0, [.. Enumerable.Range(0, 200).Select(i => (short)i)]);
            file.Finish(100);
        }

        return await spool.Finish(RecordingFolder.Facts(name), Never);
    }

    private static async Task<byte[]> Read(DirectoryStore store, RecordingName name, long offset, long length)
    {
        await using var stream = await store.Open(name, offset, length, Never);
        using var memory = new MemoryStream();
        await stream!.CopyToAsync(memory);
        return memory.ToArray();
    }
}
