using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.GatewayTests;

/// <summary>The REST API against a running centre: real Kestrel, engine, grains and storage.</summary>
public sealed class ApiTests : IAsyncLifetime
{
    private RunningCentre _centre = null!;

    public async Task InitializeAsync() => _centre = await RunningCentre.Start();

    public async Task DisposeAsync() => await _centre.DisposeAsync();

    [Fact]
    public async Task QueuesAndAgentsOfTheSampleCentreAreListedById()
    {
        Assert.Equal(["sales", "support"], Ids(await Json("/v1/queues")));
        Assert.Equal(["alice", "bob", "carol"], Ids(await Json("/v1/agents")));
        Assert.Equal("Support", (await Json("/v1/queues/support")).GetProperty("display").GetString());
        Assert.Equal(20, (await Json("/v1/queues/support")).GetProperty("serviceLevelWithin").GetDouble());
    }

    [Fact]
    public async Task TheSystemShowsWhatItsPartsHaveCounted()
    {
        await _centre.Offer("call-1");
        await Until(async () => Ids(await Json("/v1/calls?live=true")).Contains("call-1"));
        var parts = (await Json("/v1/system")).GetProperty("parts");

        Assert.True(parts.GetProperty("streams").GetProperty("counters").GetProperty("published").GetInt64() > 0);
        Assert.True(parts.GetProperty("storage").GetProperty("counters").GetProperty("commits").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, parts.GetProperty("storage").GetProperty("trouble").ValueKind);
    }

    [Fact]
    public async Task AListGoesOnFromItsCursor()
    {
        var first = await Json("/v1/agents?limit=2");
        var second = await Json($"/v1/agents?limit=2&cursor={first.GetProperty("next").GetString()}");

        Assert.Equal(["alice", "bob"], Ids(first));
        Assert.Equal(["carol"], Ids(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task AnAgentSaysWhatItIsAfterAChange()
    {
        await _centre.Bus.PublishAsync<NodeEvent>(MediaStreams.NodeEvents, new PhoneChanged(
            new("node"), new("alice"),
            [new("sip:alice@10.0.0.1", [], "udp", "10.0.0.1:5060", new("node"), DateTimeOffset.UtcNow.AddHours(1))]));
        await Until(async () => (await Json("/v1/agents/alice")).GetProperty("presence").GetString() == "ready");
        var response =
            await _centre.Http.PostAsJsonAsync("/v1/agents/alice/state", new { wish = "not-ready", reason = "lunch" });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var view = await response.Content.ReadFromJsonAsync<JsonElement>();
        var again = await Json("/v1/agents/alice");
        Assert.Equal("not-ready", view.GetProperty("presence").GetString());
        Assert.Equal("lunch", again.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("""{"wish":"not-ready","reason":"lunch"}""")]
    [InlineData("""{"wish":"ready"}""")]
    [InlineData("""{"wish":"login"}""")]
    [InlineData("""{"wish":"end-wrap-up"}""")]
    public async Task AChangeThatTheAgentCannotMakeIsAConflictThatSaysWhy(string body)
    {
        var before = await Json("/v1/agents/alice");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var problem = await ExpectProblem(await _centre.Http.PostAsync("/v1/agents/alice/state", content), 409);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        Assert.Equal(
            before.GetProperty("presence").GetString(),
            (await Json("/v1/agents/alice")).GetProperty("presence").GetString());
    }

    [Fact]
    public async Task AListOfCallsSaysWhatIsGoingOnInThem()
    {
        await _centre.Bus.PublishAsync(FeedEvent.Stream, new FeedEvent(
            "acd.call.held.v1", "call/0009-call", 1, DateTimeOffset.UtcNow,
            """
            {"state":"talking","startedAt":"2026-11-22T10:00:00Z","offers":1,"signs":["recording","on-hold"]}
            """));
        await Until(async () => Ids(await Json("/v1/calls?live=true")).Contains("0009-call"));

        var call = (await Json("/v1/calls?live=true")).GetProperty("items")[0];
        Assert.Equal(
            ["recording", "on-hold"], call.GetProperty("signs").EnumerateArray().Select(sign => sign.GetString()));
        Assert.True(call.GetProperty("isRecording").GetBoolean());
    }

    [Fact]
    public async Task AHungUpCallIsFoundWhileItsLegsGoDown()
    {
        await _centre.Offer("0003-call");
        await Until(async () => Ids(await Json("/v1/calls?live=true")).Contains("0003-call"));
        await _centre.Http.PostAsync("/v1/calls/0003-call/hangup", null);
        await Until(async () => (await Json("/v1/calls/0003-call")).GetProperty("state").GetString() != "queued");

        Assert.Contains("0003-call", Ids(await Json("/v1/calls")));
    }

    [Fact]
    public async Task WhatTheNodeToldBeforeTheStopIsInTheRecords()
    {
        var directory = Directory.CreateTempSubdirectory("acd-stop-").FullName;
        string key;
        await using (var stopping = await RunningCentre.Start(directory: directory))
        {
            key = stopping.Key!;
            for (var i = 0; i < 300; i++) await stopping.Offer($"{i:D4}-stopped");
            for (var i = 0; i < 300; i++)
            {
                await stopping.Bus.PublishAsync<MediaEvent>(MediaStreams.Events, new LegEnded(
                    new($"{i:D4}-stopped"), 1, 2, new(1), LegEndReason.NodeStopped, LegQuality.None));
            }
        }

        await using (var again = await RunningCentre.Start(directory: directory))
        {
            using var http = again.Client(key);
            var page = await http.GetFromJsonAsync<JsonElement>("/v1/calls?limit=200");
            Assert.Equal(200, page.GetProperty("items").GetArrayLength());
            var last = await http.GetFromJsonAsync<JsonElement>("/v1/calls/0299-stopped");
            Assert.Equal("ended", last.GetProperty("timeline").EnumerateArray().Last().GetProperty("kind").GetString());
        }

        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("GET", "/v1/queues/none", 404)]
    [InlineData("GET", "/v1/agents/none", 404)]
    [InlineData("GET", "/v1/calls/none", 404)]
    [InlineData("POST", "/v1/calls/none/hangup", 404)]
    [InlineData("POST", "/v1/agents/none/state", 404)]
    [InlineData("GET", "/v1/no-such-thing", 404)]
    [InlineData("DELETE", "/v1/queues", 405)]
    [InlineData("GET", "/v1/calls?limit=0", 400)]
    [InlineData("GET", "/v1/calls?limit=201", 400)]
    [InlineData("GET", "/v1/calls?limit=many", 400)]
    [InlineData("GET", "/v1/calls?from=yesterday", 400)]
    public async Task EveryErrorIsAProblemDocument(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (path.EndsWith("/state", StringComparison.Ordinal)) request.Content =
            JsonContent.Create(new { wish = "ready" });

        await ExpectProblem(await _centre.Http.SendAsync(request), status);
    }

    [Theory]
    [InlineData("""{"wish":"sleep"}""")]
    [InlineData("""{"wish":99}""")]
    [InlineData("""{}""")]
    [InlineData("""not json""")]
    [InlineData("""{"wish":"not-ready","reason":"a\u0000b"}""")]
    public async Task AnImpossibleAgentStateIsRefused(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        await ExpectProblem(await _centre.Http.PostAsync("/v1/agents/alice/state", content), 400);
    }

    [Fact]
    public async Task ABodyThatIsTooLargeIsRefused()
    {
        using var content =
            new StringContent("{\"reason\":\"" + new string('x', 100_000) + "\"}", Encoding.UTF8, "application/json");

        await ExpectProblem(await _centre.Http.PostAsync("/v1/agents/alice/state", content), 413);
    }

    [Fact]
    public async Task ACallIsListedWhileItIsUpAndFoundWithItsTimelineWhenItHasEnded()
    {
        await _centre.Offer("0001-call");
        await Until(async () => Ids(await Json("/v1/calls?live=true")).Contains("0001-call"));
        var live = await Json("/v1/calls/0001-call");
        Assert.NotEmpty(live.GetProperty("timeline").EnumerateArray());

        await _centre.Bus.PublishAsync<MediaEvent>(MediaStreams.Events, new LegEnded(
            new("0001-call"), 1, 2, new(1), LegEndReason.RemoteHangup, LegQuality.None));
        await Until(async () => Ids(await Json("/v1/calls?live=false")).Contains("0001-call"));
        await Until(async () => !Ids(await Json("/v1/calls?live=true")).Contains("0001-call"));
        var ended = await Json("/v1/calls/0001-call");
        Assert.NotEqual(JsonValueKind.Null, ended.GetProperty("endedAt").ValueKind);
        Assert.True(ended.GetProperty("timeline").GetArrayLength() >= live.GetProperty("timeline").GetArrayLength());
        await ExpectProblem(await _centre.Http.PostAsync("/v1/calls/0001-call/hangup", null), 409);
    }

    [Fact]
    public async Task ALiveCallIsHungUpByRequest()
    {
        await _centre.Offer("0002-call");
        await Until(async () => Ids(await Json("/v1/calls?live=true")).Contains("0002-call"));

        Assert.Equal(HttpStatusCode.Accepted, (await _centre.Http.PostAsync("/v1/calls/0002-call/hangup",
            null)).StatusCode);
    }

    [Fact]
    public async Task TheCentreIsExportedWithoutPasswordsAndAppliedAgainUnchanged()
    {
        var get = await _centre.Http.GetAsync("/v1/centre");
        var yaml = await get.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", yaml, StringComparison.Ordinal);
        Assert.Contains("\"***\"", yaml, StringComparison.Ordinal);

        var applied = await (await Put(yaml)).Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(applied.GetProperty("accepted").GetBoolean());
        Assert.False(applied.GetProperty("changed").GetBoolean());
    }

    [Fact]
    public async Task AnInvalidCentreNamesLineAndKeyAndChangesNothing()
    {
        var before = (await _centre.Http.GetAsync("/v1/centre")).Headers.ETag;
        var response = await Put("queues:\n  - id: support\n    ring-timeout: soon\n");

        var problem = await ExpectProblem(response, 400);
        var first = problem.GetProperty("problems")[0];
        Assert.Equal((3, "queues[0].ring-timeout"), (first.GetProperty("line").GetInt32(),
            first.GetProperty("key").GetString()));
        Assert.Equal(before, (await _centre.Http.GetAsync("/v1/centre")).Headers.ETag);
    }

    [Fact]
    public async Task AChangeOfAnOldVersionIsRefusedAndADryRunChangesNothing()
    {
        var tag = (await _centre.Http.GetAsync("/v1/centre")).Headers.ETag!;
        const string yaml = "queues: [ { id: other } ]\n";

        Assert.Equal(HttpStatusCode.OK, (await Put(yaml, dryRun: true)).StatusCode);
        Assert.Equal(["sales", "support"], Ids(await Json("/v1/queues")));
        Assert.Equal(HttpStatusCode.OK, (await Put(yaml, tag)).StatusCode);
        await Until(async () => Ids(await Json("/v1/queues")).SequenceEqual(["other"]));
        await ExpectProblem(await Put("queues: []\n", tag), 412);
    }

    [Fact]
    public async Task TheApiDocumentIsOpenApi31AndIdsAreStrings()
    {
        var document = await Json("/openapi/v1.json");

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        foreach (var path in new[] { "/v1/queues", "/v1/agents/{id}/state", "/v1/calls/{id}", "/v1/centre",
            "/v1/events", "/readyz" })
        {
            Assert.True(document.GetProperty("paths").TryGetProperty(path, out _), path + " is not described");
        }

        var id = document.GetProperty(
            "components").GetProperty("schemas").GetProperty("QueueView").GetProperty("properties").GetProperty("id");
        Assert.Contains("string", id.ToString() + Resolve(document, id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheApiDocumentNamesTheAnswersThatKeysBringAndWhatNeedsNone()
    {
        var paths = (await Json("/openapi/v1.json")).GetProperty("paths");
        foreach (var operation in paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()))
        {
            var answers = operation.Value.GetProperty("responses");
            var isOpen = operation.Value.TryGetProperty("security", out var needed) && needed.GetArrayLength() == 0;
            Assert.Equal(!isOpen, answers.TryGetProperty("401", out _));
            Assert.Equal(!isOpen, answers.TryGetProperty("429", out _));
        }

        Assert.Equal(0, paths.GetProperty("/healthz").GetProperty("get").GetProperty("security").GetArrayLength());
        var change = paths.GetProperty("/v1/agents/{id}/state").GetProperty("post").GetProperty("responses");
        Assert.True(change.TryGetProperty("409", out _));
    }

    [Fact]
    public async Task ReadinessNamesTheMissingNodeAndHearsWhenItComes()
    {
        using var stranger = _centre.Client(null);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/healthz")).StatusCode);
        var before = await stranger.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.StatusCode);
        var parts = (await before.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("parts");
        Assert.Equal("no media node is up", parts.GetProperty("node").GetString());
        Assert.Equal("ready", parts.GetProperty("storage").GetString());

        await _centre.Bus.PublishAsync<NodeEvent>(MediaStreams.NodeEvents, new NodeUp(new("node"), 100));
        await Until(async () => (await stranger.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);
    }

    internal static Task Until(
        Func<Task<bool>> isSo, [CallerArgumentExpression(nameof(isSo))] string what = "") => Eventually.Is(isSo, what);

    internal static async Task<JsonElement> ExpectProblem(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith("urn:acd:problem:", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        return problem;
    }

    private static string Resolve(JsonElement document, JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
        ? document.GetProperty(
            "components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]).ToString()
        : "";

    private static List<string> Ids(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!)];

    private async Task<JsonElement> Json(string path) => await _centre.Http.GetFromJsonAsync<JsonElement>(path);

    private Task<HttpResponseMessage> Put(string yaml, EntityTagHeaderValue? ifMatch = null, bool dryRun = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/v1/centre" + (dryRun ? "?dryRun=true" : ""))
        {
            Content = new StringContent(yaml, Encoding.UTF8, "application/yaml"),
        };
        if (ifMatch is not null) request.Headers.IfMatch.Add(ifMatch);
        return _centre.Http.SendAsync(request);
    }
}
