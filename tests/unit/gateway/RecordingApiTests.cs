using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using Xunit;

namespace OrleansAcd.Tests.Unit.GatewayTests;

/// <summary>Recordings through the API: lists, ranges, pictures, deletion.</summary>
public sealed class RecordingApiTests : IAsyncLifetime
{
    private const int Frames = 8_000;
    private static readonly CancellationToken Never = CancellationToken.None;
    private RunningCentre _centre = null!;

    public async Task InitializeAsync() => _centre = await RunningCentre.Start();

    public async Task DisposeAsync() => await _centre.DisposeAsync();

    [Fact]
    public async Task RecordingsAreListedByDayAndCallAndGoOnFromACursor()
    {
        await Record("call-a", 1);
        await Record("call-a", 2);
        await Record("call-b", 1);

        var all = await Json("/v1/recordings");
        var first = await Json("/v1/recordings?limit=2");
        var rest = await Json($"/v1/recordings?limit=2&cursor={first.GetProperty("next").GetString()}");
        var ofCall = await Json("/v1/calls/call-a/recordings");

        Assert.Equal(3, Names(all).Length);
        Assert.Equal(Names(all), Names(first).Concat(Names(rest)));
        Assert.Equal(["20261122-call-b-1-001.wav"], Names(await Json("/v1/recordings?call=call-b")));
        Assert.Equal(3, Names(await Json("/v1/recordings?day=2026-11-22")).Length);
        Assert.Empty(Names(await Json("/v1/recordings?day=2026-11-23")));
        Assert.Equal(["20261122-call-a-1-001.wav", "20261122-call-a-1-002.wav"], Names(ofCall));
        var detail = ofCall.GetProperty("items")[0];
        Assert.Equal(1, detail.GetProperty("duration").GetDouble());
        Assert.Equal(0.25, detail.GetProperty("gaps")[0].GetProperty("at").GetDouble());
        Assert.Equal([1, 2], detail.GetProperty("channels").EnumerateArray().Select(leg => leg.GetInt32()));
    }

    [Fact]
    public async Task AFileIsDownloadedWholeInRangesAndOnlyWhenItIsNotKnown()
    {
        var facts = await Record("call-a", 1);
        var path = "/v1/recordings/" + facts.Name;

        using var whole = await _centre.Http.GetAsync(path);
        var bytes = await whole.Content.ReadAsByteArrayAsync();
        Assert.Equal(facts.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal($"\"{facts.Sha256}\"", whole.Headers.ETag!.Tag);
        Assert.Equal("audio/wav", whole.Content.Headers.ContentType!.MediaType);
        await ExpectRange(206, bytes[10..20], path, "bytes=10-19");
        await ExpectRange(206, bytes[^5..], path, "bytes=-5");
        await ExpectRange(206, bytes[100..], path, "bytes=100-");
        await ExpectRange(206, bytes[100..], path, "bytes=100-99999999");
        await ExpectRange(200, bytes, path, "bytes=0-1,3-4");
        Assert.Equal(416, (await Range(path, $"bytes={bytes.Length}-")).Status);
        await ExpectRange(206, bytes[..2], path, "bytes=0-1", whole.Headers.ETag);
        await ExpectRange(200, bytes, path, "bytes=0-1", new EntityTagHeaderValue("\"other\""));
        using var known = new HttpRequestMessage(HttpMethod.Get, path);
        known.Headers.IfNoneMatch.Add(whole.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, (await _centre.Http.SendAsync(known)).StatusCode);
    }

    [Fact]
    public async Task APictureShowsEachChannelsLoudness()
    {
        var facts = await Record("call-a", 1);

        var text = await _centre.Http.GetStringAsync($"/v1/recordings/{facts.Name}/waveform?width=4&height=100");

        var paths = XDocument.Parse(text).Descendants().Where(e => e.Name.LocalName == "path").ToList();
        Assert.Equal(2, paths.Count);
        // The first channel is loud in its second half, the second one is silent: dots around its middle.
        Assert.Equal("M0.5 24.75V25.25M1.5 24.75V25.25M2.5 12.75V37.25M3.5 12.75V37.25", paths[0].Attribute("d")!.Value);
        Assert.Equal("M0.5 74.75V75.25M1.5 74.75V75.25M2.5 74.75V75.25M3.5 74.75V75.25", paths[1].Attribute("d")!.Value);
    }

    [Theory]
    [InlineData("/waveform?width=0")]
    [InlineData("/waveform?width=4001")]
    [InlineData("/waveform?height=2001")]
    public async Task APictureHasBounds(string query)
    {
        var facts = await Record("call-a", 1);
        Assert.Equal(HttpStatusCode.BadRequest, (await _centre.Http.GetAsync($"/v1/recordings/{facts.Name}{query}")).StatusCode);
    }

    [Fact]
    public async Task ADeletedRecordingIsGone()
    {
        var facts = await Record("call-a", 1);
        var path = "/v1/recordings/" + facts.Name;

        Assert.Equal(HttpStatusCode.NoContent, (await _centre.Http.DeleteAsync(path)).StatusCode);

        Assert.Equal(HttpStatusCode.NotFound, (await _centre.Http.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _centre.Http.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _centre.Http.GetAsync(path + "/facts")).StatusCode);
        Assert.Empty(Names(await Json("/v1/recordings")));
    }

    [Theory]
    [InlineData("..%2F..%2Fapi-key.sha256")]
    [InlineData("api-key.sha256")]
    [InlineData("20261122-call-a-1-001.wav.json")]
    [InlineData("20261122-..%2Fcall-a-1-001.wav")]
    public async Task NothingButARecordingCanBeNamed(string name)
    {
        await Record("call-a", 1);
        Assert.Equal(HttpStatusCode.NotFound, (await _centre.Http.GetAsync("/v1/recordings/" + name)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _centre.Http.DeleteAsync("/v1/recordings/" + name)).StatusCode);
    }

    [Fact]
    public async Task WithoutTheKeyNothingIsToBeHad()
    {
        var facts = await Record("call-a", 1);
        using var stranger = _centre.Client(null);
        foreach (var path in new[] { "", "/" + facts.Name, $"/{facts.Name}/waveform", $"/{facts.Name}/facts" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/v1/recordings" + path)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.DeleteAsync("/v1/recordings/" + facts.Name)).StatusCode);
    }

    /// <summary>One second: the first channel silent, then half of full scale; the second one silent.</summary>
    private async Task<RecordingFacts> Record(string call, int segment)
    {
        var spool = _centre.Services.GetRequiredService<RecordingSpool>();
        var name = new RecordingName(new DateOnly(2026, 11, 22), new CallId(call), 1, segment, RecordingName.Wav);
        using (var file = WavFile.Create(spool.PathOf(name), new WavFormat(2, 8_000)))
        {
            var loud = new short[Frames];
            for (var i = 0; i < Frames; i += 2) loud[i] = (short)(i % 4 == 0 ? 16_384 : -16_384);
            file.Write(Frames / 2, loud);
            file.Finish(Frames);
        }

        var gap = new RecordingGap(TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.1), RecordingGapReason.Pause);
        return await spool.Finish(
            new RecordingFacts(
                name.ToString(), name.Call, 1, segment, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), [1, 2],
                [gap], 8_000, 0, ""),
            Never);
    }

    private async Task ExpectRange(
        int status, byte[] bytes, string path, string range, EntityTagHeaderValue? ifRange = null)
    {
        var answer = await Range(path, range, ifRange);
        Assert.Equal(status, answer.Status);
        Assert.Equal(bytes, answer.Bytes);
    }

    private async Task<(int Status, byte[] Bytes)> Range(
        string path, string range, EntityTagHeaderValue? ifRange = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Range", range);
        if (ifRange is not null) request.Headers.IfRange = new RangeConditionHeaderValue(ifRange);
        using var response = await _centre.Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    private async Task<JsonElement> Json(string path) => await _centre.Http.GetFromJsonAsync<JsonElement>(path);

    private static string[] Names(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];
}
