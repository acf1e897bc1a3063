using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using Xunit;
using Record = OrleansAcd.Contracts.Media.Record;

namespace OrleansAcd.Tests.Unit.GatewayTests;

/// <summary>Call control and supervisors through the API: real grains, a media node that the test plays.</summary>
public sealed class ControlApiTests : IAsyncLifetime
{
    private const string Centre = """
        numbers: [ { number: support, to: queue/support } ]
        queues: [ { id: support, recording: on-demand } ]
        agents:
          - { id: alice, sip-password: a, queues: [support] }
          - { id: sue, sip-password: s, supervises: [ { queue: support, may: [monitor, whisper] } ] }
        """;

    private readonly List<MediaCommand> _commands = [];
    private RunningCentre _centre = null!;
    private long _sequence = 1;

    public async Task InitializeAsync()
    {
        _centre = await RunningCentre.Start(Centre);
        _centre.Bus.Subscribe<MediaCommand>(MediaStreams.Commands(new("node")), (c, _) =>
        {
            lock (_commands) _commands.Add(c);
            return ValueTask.CompletedTask;
        });
    }

    public async Task DisposeAsync() => await _centre.DisposeAsync();

    [Fact]
    public async Task ATalkingCallIsHeldResumedRecordedAndShowsItAll()
    {
        await Talk();
        Assert.Equal(HttpStatusCode.Accepted, (await Post("hold")).StatusCode);
        await Until<Play>(2);
        Assert.Equal(HttpStatusCode.Accepted, (await Post("unhold", """{"leg":1}""")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await Post("recording/start")).StatusCode);
        await Until<Record>(1);
        Assert.Equal(HttpStatusCode.Accepted, (await Post("dtmf", """{"leg":1,"digits":"12"}""")).StatusCode);
        await Until<SendDtmf>(1);

        var view = await Json("/v1/calls/0001-call");
        Assert.True(view.GetProperty("isRecording").GetBoolean());
        Assert.Equal([1, 2], view.GetProperty("legs").EnumerateArray().Select(l => l.GetProperty("leg").GetInt32()));
        Assert.Equal("alice", view.GetProperty("segments")[0].GetProperty("agent").GetString());
    }

    [Theory]
    [InlineData("swap", null, 409)]
    [InlineData("complete", null, 409)]
    [InlineData("cancel-consult", null, 409)]
    [InlineData("conference", null, 409)]
    [InlineData("answer", null, 409)]
    [InlineData("recording/stop", null, 409)]
    [InlineData("recording/pause", null, 409)]
    [InlineData("recording/resume", null, 409)]
    [InlineData("redirect", """{"target":"sue"}""", 409)]
    [InlineData("transfer", """{"target":"nobody"}""", 404)]
    [InlineData("transfer", """{"target":""}""", 400)]
    [InlineData("transfer", "{}", 400)]
    [InlineData("transfer", "nonsense", 400)]
    [InlineData("consult", """{"target":"queue/support"}""", 409)]
    [InlineData("parties", """{"target":"agent/alice"}""", 409)]
    [InlineData("mute", """{"leg":77}""", 404)]
    [InlineData("hold", """{"leg":77}""", 404)]
    [InlineData("dtmf", """{"leg":1,"digits":"x"}""", 400)]
    [InlineData("dtmf", """{"leg":1}""", 400)]
    [InlineData("dtmf", """{"digits":"1"}""", 400)]
    [InlineData("dtmf", """{"leg":1,"digits":"1","keySeconds":9}""", 400)]
    [InlineData("dtmf", """{"leg":1,"digits":"1","keySeconds":"NaN"}""", 400)]
    [InlineData("dtmf", """{"leg":1,"digits":"1","keySeconds":1e300}""", 400)]
    [InlineData("mute", "{}", 400)]
    [InlineData("unmute", "{}", 400)]
    public async Task WhatCannotBeDoneIsAProblemThatSaysWhy(string path, string? body, int status)
    {
        await Talk();

        await ExpectProblem(await Post(path, body), status);
    }

    [Fact]
    public async Task APartyThatIsNotThereAndACallThatIsNotThereAreProblems()
    {
        await Talk();
        await ExpectProblem(await _centre.Http.DeleteAsync("/v1/calls/0001-call/parties/9"), 404);
        await ExpectProblem(await _centre.Http.DeleteAsync("/v1/calls/0001-call/parties/2"), 409);
        await ExpectProblem(await _centre.Http.PostAsync("/v1/calls/none/hold", null), 404);
        using var stranger = _centre.Client(null);
        Assert.Equal(HttpStatusCode.Unauthorized,
            (await stranger.PostAsync("/v1/calls/0001-call/hold", null)).StatusCode);
    }

    /// <summary>A client that has had no answer sends again: keys are pressed once, and what was refused may be asked
    /// again.</summary>
    [Fact]
    public async Task ARequestThatIsRepeatedWithItsKeyIsDoneOnce()
    {
        await Talk();
        const string keys = """{"leg":1,"digits":"12"}""";
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
            Assert.Equal(HttpStatusCode.Accepted, (await Post("dtmf", keys, "k1")).StatusCode)));
        await ExpectProblem(await Post("dtmf", """{"leg":1,"digits":"13"}""", "k1"), 422);
        await ExpectProblem(await Post("hold", null, "k1"), 422);
        await ExpectProblem(await Post("hold", null, new string('k', 129)), 400);
        await ExpectProblem(await Post("dtmf", """{"leg":7,"digits":"12"}""", "k2"), 404);
        Assert.Equal(HttpStatusCode.Accepted, (await Post("dtmf", keys, "k2")).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await Post("dtmf", keys)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await Post("hold")).StatusCode);
        await Until<Play>(2);

        lock (_commands) Assert.Equal(3, _commands.OfType<SendDtmf>().Count());
    }

    [Fact]
    public async Task ACallThatHasJustEndedIsAConflictThatSaysSo()
    {
        await Talk();
        await Say(n => new LegEnded(new("0001-call"), 1, n, LegId.Caller, LegEndReason.RemoteHangup, LegQuality.None));
        await Say(n => new LegEnded(new("0001-call"), 1, n, new(2), LegEndReason.LocalHangup, LegQuality.None));
        await Until(async () => (await Json("/v1/calls/0001-call")).GetProperty("state").GetString() == "ended");

        foreach (var path in new[] { "hold", "swap", "recording/start", "hangup" })
        {
            var problem = await ExpectProblem(await Post(path), 409);
            Assert.Equal("The call has ended.", problem.GetProperty("detail").GetString());
        }

        await Supervise(HttpMethod.Put, "watch", """{"call":"0001-call"}""", 409);
        Assert.Equal("off", (await Json("/v1/supervisors/sue")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task ASupervisorListensChangesTheModeAndStops()
    {
        await Talk();
        await Phone("sue");
        var joining = await Supervise(HttpMethod.Put, "watch", """{"call":"0001-call","mode":"monitor"}""", 200);
        Assert.Equal("joining", joining.GetProperty("state").GetString());
        var dial = await Until<Dial>(2);
        await Say(n => new LegAnswered(new("0001-call"), 1, n, dial.Leg));
        await Until(async () => (await Json("/v1/supervisors/sue")).GetProperty("state").GetString() == "listening");

        var whisper = await Supervise(HttpMethod.Patch, "watch", """{"mode":"whisper"}""", 200);
        Assert.Equal("whisper", whisper.GetProperty("mode").GetString());
        await Supervise(HttpMethod.Post, "take-over", null, 403);
        await Supervise(HttpMethod.Patch, "watch", """{"mode":"shout"}""", 400);
        Assert.Equal("off", (await Supervise(HttpMethod.Delete, "watch", null, 200)).GetProperty("state").GetString());
        Assert.Equal(dial.Leg, (await Until<Hangup>(1)).Leg);
    }

    [Fact]
    public async Task WhoIsNoSupervisorWatchesNobody()
    {
        await ExpectProblem(await _centre.Http.GetAsync("/v1/supervisors/alice"), 404);
        await Supervise(HttpMethod.Put, "watch", "{}", 400);
        await Supervise(HttpMethod.Put, "watch", """{"agent":"nobody"}""", 404);
        await Supervise(HttpMethod.Put, "watch", """{"call":""}""", 404);
        await Supervise(HttpMethod.Put, "watch", $$"""{"call":"{{new string('c', 65)}}"}""", 404);
        await Supervise(HttpMethod.Put, "watch", """{"agent":"alice","mode":"barge"}""", 403);
        Assert.Equal("waiting",
            (await Supervise(HttpMethod.Put, "watch", """{"agent":"alice"}""", 200)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task TheDocumentDescribesEveryControl()
    {
        var paths = (await Json("/openapi/v1.json")).GetProperty("paths");
        foreach (var path in new[]
        {
            "hold", "unhold", "mute", "unmute", "transfer", "consult", "swap", "complete", "cancel-consult",
            "conference", "parties", "redirect", "answer", "recording/start", "recording/stop", "recording/pause",
            "recording/resume", "dtmf",
        })
        {
            Assert.True(paths.GetProperty($"/v1/calls/{{id}}/{path}").TryGetProperty("post", out _), path);
        }

        Assert.True(paths.GetProperty("/v1/supervisors/{id}/watch").TryGetProperty("patch", out _));
    }

    private async Task Talk()
    {
        await Phone("alice");
        await Until(async () => (await Json("/v1/agents/alice")).GetProperty("presence").GetString() == "ready");
        await _centre.Offer("0001-call");
        var dial = await Until<Dial>(1);
        await Say(n => new LegAnswered(new("0001-call"), 1, n, dial.Leg));
        await Until(async () => (await Json("/v1/calls/0001-call")).GetProperty("state").GetString() == "talking");
    }

    private ValueTask Phone(string agent) => _centre.Bus.PublishAsync<NodeEvent>(
        MediaStreams.NodeEvents,
        new PhoneChanged(new("node"), new(agent),
        [
            new($"sip:{agent}@10.0.0.1", [], "udp", "10.0.0.1:5060", new("node"), DateTimeOffset.UtcNow.AddHours(1)),
        ]));

    private ValueTask Say(Func<long, MediaEvent> make) =>
        _centre.Bus.PublishAsync(MediaStreams.Events, make(++_sequence));

    private async Task<HttpResponseMessage> Post(string path, string? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/calls/0001-call/{path}");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await _centre.Http.SendAsync(request);
    }

    private async Task<JsonElement> Supervise(HttpMethod method, string path, string? body, int status)
    {
        using var request = new HttpRequestMessage(method, $"/v1/supervisors/sue/{path}");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await _centre.Http.SendAsync(request);
        if (status != 200) return await ExpectProblem(response, status);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private Task<JsonElement> Json(string path) => _centre.Http.GetFromJsonAsync<JsonElement>(path)!;

    private static async Task<JsonElement> ExpectProblem(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }

    private async Task<T> Until<T>(int count) where T : MediaCommand
    {
        List<T> found = [];
        await Until(() =>
        {
            lock (_commands) found = [.. _commands.OfType<T>()];
            return Task.FromResult(found.Count >= count);
        });
        return found[^1];
    }

    private static Task Until(Func<Task<bool>> condition) => ApiTests.Until(condition);
}
