using OrleansAcd.Contracts;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recordings;

/// <summary>An S3-compatible storage, and the folder in which recordings wait for it.</summary>
public sealed class S3StoreTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task WhatIsPutIsSignedListedFoundOpenedInPartAndDeleted()
    {
        using var folder = new RecordingFolder();
        await using var server = await S3Server.Start();
        using var store = new S3Store(server.Options);
        RecordingName[] names =
        [
            RecordingFolder.Name("a"), RecordingFolder.Name("a", 2), RecordingFolder.Name("b"),
            RecordingFolder.Name("b", 2), RecordingFolder.Name("c", day: RecordingFolder.Day.AddDays(1)),
        ];
        foreach (var name in names.Reverse()) await store.Put(await Sound(folder, name), Facts(name), Never);

        Assert.Empty(server.Refused);
        Assert.Equal(10, server.Objects.Count);
        Assert.Equal(names, await Names(store, RecordingFilter.All));
        Assert.Equal(names[1..3], await Names(store, RecordingFilter.All, names[0].ToString(), 2));
        Assert.Equal(names[4..], await Names(store, new RecordingFilter(Day: RecordingFolder.Day.AddDays(1))));
        Assert.Equal(names[2..4], await Names(store, new RecordingFilter(new CallId("b"))));
        Assert.Equal(Facts(names[0]).ToBytes(), (await store.Find(names[0], Never))!.ToBytes());
        await using (var part = await store.Open(names[0], 2, 3, Never))
        {
            var bytes = new byte[10];
            Assert.Equal(3, await part!.ReadAtLeastAsync(bytes, 10, throwOnEndOfStream: false));
            Assert.Equal("und"u8.ToArray(), bytes[..3]);
        }

        Assert.True(await store.Delete(names[0], Never));
        Assert.False(await store.Delete(names[0], Never));
        Assert.Null(await store.Find(names[0], Never));
        Assert.Null(await store.Open(names[0], 0, 1, Never));
        Assert.False(File.Exists(folder.File(names[1].ToString())));
    }

    /// <summary>Names of paths and parameters are signed as AWS Signature Version 4 writes them, slashes in a query
    /// as %2F.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("no-slash-")]
    [InlineData("centre/one/")]
    [InlineData("a b/c+d=e&f/\u00fc/100%/")]
    [InlineData("twice//behind")]
    public async Task APrefixMayHoldWhateverAKeyMay(string prefix)
    {
        using var folder = new RecordingFolder();
        await using var server = await S3Server.Start();
        using var store = new S3Store(server.Options with { Prefix = prefix });
        var (one, two) = (RecordingFolder.Name("a"), RecordingFolder.Name("b"));
        await store.Put(await Sound(folder, one), Facts(one), Never);
        await store.Put(await Sound(folder, two), Facts(two), Never);

        Assert.Equal([one, two], await Names(store, RecordingFilter.All));
        Assert.Equal([two], await Names(store, RecordingFilter.All, one.ToString()));
        Assert.Equal([one], await Names(store, new RecordingFilter(new CallId("a"), RecordingFolder.Day)));
        Assert.Contains(prefix + one, server.Objects.Keys);
        Assert.NotNull(await store.Find(two, Never));
        Assert.True(await store.Delete(one, Never));
        Assert.Empty(server.Refused);
    }

    [Theory]
    [InlineData("/centre/", "must not begin with /")]
    [InlineData("a/../b/", "may be . or ..")]
    [InlineData("./a", "may be . or ..")]
    public void APrefixThatIsNoKeyIsAProblemOfTheSettings(string prefix, string problem)
    {
        var options = new S3Options
        {
            Endpoint = "http://127.0.0.1", Bucket = "b", AccessKey = "k", SecretKey = "s", Prefix = prefix,
        };

        Assert.Contains(problem, Assert.Single(options.Problems()), StringComparison.Ordinal);
        Assert.Empty((options with { Prefix = "a/..b/c." }).Problems());
    }

    [Fact]
    public async Task AWrongSecretIsRefusedAndTheFileStays()
    {
        using var folder = new RecordingFolder();
        await using var server = await S3Server.Start();
        using var store = new S3Store(server.Options with { SecretKey = "wrong" });
        var file = await Sound(folder, RecordingFolder.Name());

        await Assert.ThrowsAsync<RecordingStoreException>(() => store.Put(file, Facts(RecordingFolder.Name()), Never));

        Assert.Contains("the signature differs", server.Refused);
        Assert.True(File.Exists(file));
        Assert.Empty(server.Objects);
    }

    [Fact]
    public async Task WhatWaitsAtTheStartIsUploadedThroughFailuresAndHungUpConnections()
    {
        using var folder = new RecordingFolder();
        await using var server = await S3Server.Start();
        var (first, second) = (RecordingFolder.Name("a"), RecordingFolder.Name("b"));
        var waiting = new DirectoryStore(folder.File("store"));
        await waiting.Put(await Sound(folder, first), Facts(first), Never);
        server.FailNext(4);
        await using var store = Uploading(waiting, server);

        store.Start();
        await Eventually.Is(() => store.Uploaded == 1, "one is uploaded");
        server.HangUpNext(3);
        await store.Put(await Sound(folder, second), Facts(second), Never);
        await Eventually.Is(() => store.Uploaded == 2, "both are uploaded");

        Assert.True(store.Failures >= 3, $"{store.Failures} failures");
        Assert.Null(store.Trouble);
        Assert.Equal(4, server.Objects.Count);
        Assert.Empty(await waiting.List(RecordingFilter.All, null, 10, Never));
        Assert.Equal([first, second], await Names(store, RecordingFilter.All));
        Assert.Equal("sound of 20261122-b-1-001.wav"u8.ToArray(), server.Objects["centre/" + second]);
    }

    [Fact]
    public async Task FilesThatAreBrokenHoldUpNoOther()
    {
        using var folder = new RecordingFolder();
        await using var server = await S3Server.Start();
        var waiting = new DirectoryStore(folder.File("store"));
        string[] broken = ["a", "b", "c", "d"];
        foreach (var call in broken.Append("whole"))
        {
            var name = RecordingFolder.Name(call);
            await waiting.Put(await Sound(folder, name), Facts(name), Never);
            if (call != "whole") File.Delete(waiting.PathOf(name) + ".json");
        }

        await using var store = Uploading(waiting, server);
        store.Start();
        await Eventually.Is(() => store.Uploaded == 1, "the whole one is uploaded");

        Assert.Equal(2, server.Objects.Count);
        Assert.Equal(broken.Length, (await waiting.List(RecordingFilter.All, null, 10, Never)).Count);
        await Eventually.Is(
            () => store.Trouble?.Contains("no facts", StringComparison.Ordinal) == true, "what is broken is told");
    }

    [Fact]
    public async Task WhatIsStillBeingUploadedIsListedOpenedAndCanBeDeletedForGood()
    {
        using var folder = new RecordingFolder();
        await using var server = await S3Server.Start();
        server.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var store = Uploading(new DirectoryStore(folder.File("store")), server);
        var (name, next) = (RecordingFolder.Name("a"), RecordingFolder.Name("b"));
        store.Start();
        await store.Put(await Sound(folder, name), Facts(name), Never);
        await Eventually.Is(() => server.Requests > 0, "the upload has begun");

        Assert.Equal([name], await Names(store, RecordingFilter.All));
        Assert.Equal(Facts(name).ToBytes(), (await store.Find(name, Never))!.ToBytes());
        await using (var stream = await store.Open(name, 0, 5, Never)) Assert.NotNull(stream);
        Assert.True(await store.Delete(name, Never));
        server.Gate.SetResult();
        server.Gate = null;
        await store.Put(await Sound(folder, next), Facts(next), Never);
        await Eventually.Is(() => server.Objects.ContainsKey("centre/" + next), "the next is uploaded");

        Assert.Equal([next], await Names(store, RecordingFilter.All));
        Assert.Null(await store.Find(name, Never));
    }

    [Fact]
    public async Task RetentionDeletesWhatIsTooOldAndNothingElse()
    {
        using var folder = new RecordingFolder();
        await using var server = await S3Server.Start();
        using var store = new S3Store(server.Options);
        for (var day = 0; day < 5; day++)
        {
            var name = RecordingFolder.Name("a", day: RecordingFolder.Day.AddDays(day));
            await store.Put(await Sound(folder, name), Facts(name), Never);
        }

        Assert.Equal(3, await RecordingRetention.Sweep(store, RecordingFolder.Day.AddDays(3), Never));

        Assert.Equal(0, await RecordingRetention.Sweep(store, RecordingFolder.Day.AddDays(3), Never));
        Assert.Equal(
            ["20261125", "20261126"], (await Names(store, RecordingFilter.All)).Select(name => RecordingName.TextOf(name.Day)));
    }

    private static UploadingStore Uploading(DirectoryStore waiting, S3Server server) =>
        new(waiting, new S3Store(server.Options), server.Options, TimeProvider.System);

    private static RecordingFacts Facts(RecordingName name) => RecordingFolder.Facts(name) with { Sha256 = "00" };

    private static async Task<string> Sound(RecordingFolder folder, RecordingName name)
    {
        var file = folder.File(name.ToString());
        await File.WriteAllTextAsync(file, "sound of " + name);
        return file;
    }

    private static async Task<IEnumerable<RecordingName>> Names(
        IRecordingStore store, RecordingFilter filter, string? after = null, int limit = 100) =>
        (await store.List(filter, after, limit, Never)).Select(found => found.Name);
}
