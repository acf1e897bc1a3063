using System.Net;
using System.Text.Json;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Gateway;
using Xunit;

namespace OrleansAcd.Tests.Unit.GatewayTests;

/// <summary>The event feed: CloudEvents in server-sent events, resumable.</summary>
public sealed class FeedTests
{
    [Fact]
    public async Task EventsComeInOrderAsCloudEventsAndAFilterTakesOnlyItsSubjects()
    {
        await using var centre = await RunningCentre.Start();
        using var all = await Reader.Open(centre, "/v1/events?subject=test/");
        await Publish(centre, "other/1", 1);
        await Publish(centre, "test/a", 1);
        await Publish(centre, "test/a", 2);

        var (first, second) = (await all.Next(), await all.Next());

        Assert.Equal("1.0", first.GetProperty("specversion").GetString());
        Assert.Equal("acd.test.v1", first.GetProperty("type").GetString());
        Assert.Equal(("test/a", "test/a"), (first.GetProperty("subject").GetString(),
            second.GetProperty("subject").GetString()));
        Assert.Equal(["000000000001", "000000000002"], new[] { first, second }.Select(e =>
            e.GetProperty("sequence").GetString()));
        Assert.Equal(2, second.GetProperty("data").GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task AClientThatWasAwayGetsWhatItMissedOnce()
    {
        await using var centre = await RunningCentre.Start();
        string last;
        using (var before = await Reader.Open(centre, "/v1/events?subject=test/"))
        {
            await Publish(centre, "test/a", 1);
            last = (await before.Next()).GetProperty("id").GetString()!;
        }

        await Publish(centre, "test/a", 2);
        await Publish(centre, "test/a", 3);
        using var after = await Reader.Open(centre, "/v1/events?subject=test/", last);

        Assert.Equal(2, (await after.Next()).GetProperty("data").GetProperty("n").GetInt32());
        Assert.Equal(3, (await after.Next()).GetProperty("data").GetProperty("n").GetInt32());
    }

    [Theory]
    [InlineData("0-1")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task ACursorThatMeansNothingHereIsToldSoFirst(string cursor)
    {
        await using var centre = await RunningCentre.Start();
        using var reader = await Reader.Open(centre, "/v1/events?subject=test/", cursor.Length > 0
            ? cursor : "ffff-99999999");

        Assert.Equal("acd.feed.reset.v1", (await reader.Next()).GetProperty("type").GetString());
        await Publish(centre, "test/a", 1);
        Assert.Equal("acd.test.v1", (await reader.Next()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task ACursorThatIsTooOldIsToldSoFirst()
    {
        await using var centre = await RunningCentre.Start(gateway: o => o with { FeedRingMax = 5 });
        string last;
        using (var before = await Reader.Open(centre, "/v1/events?subject=test/"))
        {
            await Publish(centre, "test/a", 1);
            last = (await before.Next()).GetProperty("id").GetString()!;
            for (var i = 2; i <= 20; i++) await Publish(centre, "test/a", i);
            for (var i = 2; i <= 20; i++) await before.Next();
        }

        using var after = await Reader.Open(centre, "/v1/events?subject=test/", last);
        Assert.Equal("acd.feed.reset.v1", (await after.Next()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task AQuietFeedShowsThatItLives()
    {
        await using var centre = await RunningCentre.Start(gateway: o =>
            o with { FeedHeartbeat = TimeSpan.FromMilliseconds(50) });
        using var reader = await Reader.Open(centre, "/v1/events?subject=nothing/");

        Assert.StartsWith(":", await reader.Line(l => l.StartsWith(':')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AClientThatDoesNotReadIsDisconnectedAndTheOthersAreNot()
    {
        await using var centre = await RunningCentre.Start(gateway: o => o with { FeedClientPendingMax = 20 });
        using var slow = await Reader.Open(centre, "/v1/events?subject=big/");
        using var quick = await Reader.Open(centre, "/v1/events?subject=test/");
        var big = $$"""{"x":"{{new string('x', 200_000)}}"}""";
        for (var i = 1; i <= 300; i++)
        {
            await centre.Bus.PublishAsync(FeedEvent.Stream, new FeedEvent("acd.test.v1", "big/1", i,
                DateTimeOffset.UnixEpoch, big));
        }

        await Publish(centre, "test/a", 1);
        Assert.Equal(1, (await quick.Next()).GetProperty("data").GetProperty("n").GetInt32());
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var i = 1; i <= 300; i++) await slow.Next();
        });
    }

    [Fact]
    public async Task AStopDoesNotWaitForClients()
    {
        var centre = await RunningCentre.Start();
        using var reader = await Reader.Open(centre, "/v1/events");

        await centre.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static ValueTask Publish(RunningCentre centre, string subject, int n) => centre.Bus.PublishAsync(
        FeedEvent.Stream, new FeedEvent("acd.test.v1", subject, n, DateTimeOffset.UnixEpoch, $$"""{"n":{{n}}}"""));

    private sealed class Reader(HttpClient http, StreamReader stream) : IDisposable
    {
        public static async Task<Reader> Open(RunningCentre centre, string path, string? last = null)
        {
            var http = centre.Client(centre.Key);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (last is not null) request.Headers.Add("Last-Event-ID", last);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            return new Reader(http, new StreamReader(await response.Content.ReadAsStreamAsync()));
        }

        public async Task<JsonElement> Next() =>
            JsonSerializer.Deserialize<JsonElement>((await Line(l =>
                l.StartsWith("data: ", StringComparison.Ordinal)))[6..]);

        public async Task<string> Line(Func<string, bool> wanted)
        {
            using var tooLong = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (await stream.ReadLineAsync(tooLong.Token) is { } line)
            {
                if (wanted(line)) return line;
            }

            throw new EndOfStreamException("the feed ended");
        }

        public void Dispose()
        {
            stream.Dispose();
            http.Dispose();
        }
    }
}
