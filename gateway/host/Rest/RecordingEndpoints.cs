using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.Gateway.Rest;

/// <summary>Recordings: listed, downloaded, shown as a picture, deleted.</summary>
internal static partial class RecordingEndpoints
{
    private const int CallCharsMax = RecordingName.CallCharsMax;
    private const int WidthDefault = 1_000;
    private const int HeightDefault = 200;
    private const string Svg = "image/svg+xml";

    /// <summary>Pictures made at once: each reads a whole file.</summary>
    private static readonly SemaphoreSlim Drawing = new(2);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/recordings").WithTags("recordings");
        group.MapGet("", List).WithName("listRecordings")
            .WithSummary("Recorded files, oldest first; by call, or by the day on which calls began (UTC)")
            .Produces<Page<RecordingItem>>().ProducesProblem(400);
        group.MapGet("{name}", Download).WithName("downloadRecording")
            .WithSummary("A recorded file, or a range of it").WithDescription("The ETag is the file's SHA-256.")
            .Produces(200, null, "audio/wav", "audio/ogg").Produces(206).Produces(304).ProducesProblem(404)
            .ProducesProblem(416);
        group.MapGet("{name}/facts", Facts).WithName("getRecordingFacts")
            .WithSummary("Channels, gaps, length and hash of a recorded file")
            .Produces<RecordingDetail>().ProducesProblem(404);
        group.MapGet("{name}/waveform", Draw).WithName("drawRecording")
            .WithSummary("A picture of a recorded file: lowest and highest sample per pixel and channel")
            .Produces<string>(200, Svg).ProducesProblem(400).ProducesProblem(404).ProducesProblem(415);
        group.MapDelete("{name}", Delete).WithName("deleteRecording").WithSummary("Deletes a recorded file for good")
            .Produces(204).ProducesProblem(404);
        routes.MapGet("/v1/calls/{id}/recordings", OfCall).WithTags("recordings").WithName("listRecordingsOfCall")
            .WithSummary("A call's recorded files, in order, with their channels and gaps")
            .Produces<Page<RecordingDetail>>().ProducesProblem(400);
    }

    private static Task<IResult> List(
        string? call, string? day, string? cursor, int? limit, HttpContext context,
        [FromServices] IRecordingStore? store = null) => With(store, async kept =>
    {
        if (Paging.Check(cursor, limit) is { } bad) return bad;
        if (call is not null && !RecordingName.IsNameable(new CallId(call))) return Problems.Bad("call is no call's id.");

        DateOnly? on = null;
        if (day is not null)
        {
            if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", out var parsed)) return Problems.Bad("day must be YYYY-MM-DD.");
            on = parsed;
        }

        var take = limit ?? Page<RecordingItem>.LimitDefault;
        var filter = new RecordingFilter(call is null ? null : new CallId(call), on);
        var found = await kept.List(filter, cursor, take + 1, context.RequestAborted);
        var page = Paging.Cut(found, take, one => one.Name.ToString());
        return Results.Ok(new Page<RecordingItem>([.. page.Items.Select(RecordingItem.Of)], page.Next));
    });

    private static Task<IResult> OfCall(
        string id, string? cursor, int? limit, HttpContext context, [FromServices] IRecordingStore? store = null) =>
        With(store, async kept =>
    {
        if (Paging.Check(cursor, limit) is { } bad) return bad;
        if (id.Length > CallCharsMax || !RecordingName.IsNameable(new CallId(id))) return Problems.Bad("That is no call's id.");

        var take = limit ?? Page<RecordingDetail>.LimitDefault;
        var filter = new RecordingFilter(new CallId(id));
        var found = await kept.List(filter, cursor, take + 1, context.RequestAborted);
        var page = Paging.Cut(found, take, one => one.Name.ToString());
        var details = new List<RecordingDetail>();
        foreach (var one in page.Items)
        {
            // Deleted since: left out.
            if (await kept.Find(one.Name, context.RequestAborted) is { } facts) details.Add(RecordingDetail.Of(facts));
        }

        return Results.Ok(new Page<RecordingDetail>(details, page.Next));
    });

    private static Task<IResult> Facts(
        string name, HttpContext context, [FromServices] IRecordingStore? store = null) =>
        WithOne(store, name, context, (_, facts, _) => Task.FromResult(Results.Ok(RecordingDetail.Of(facts))));

    private static Task<IResult> Download(
        string name, HttpContext context, ILoggerFactory logs, [FromServices] IRecordingStore? store = null) =>
        WithOne(store, name, context, async (kept, facts, parsed) =>
    {
        var result = await RecordingDownload.Answer(kept, parsed, facts, context);
        LogDownloaded(Audit(logs), parsed.ToString(), context.Connection.RemoteIpAddress, context.Response.StatusCode);
        return result;
    });

    private static Task<IResult> Draw(
        string name, int? width, int? height, HttpContext context, [FromServices] IRecordingStore? store = null,
        [FromServices] IOpusDecoding? opus = null) => WithOne(store, name, context, async (kept, facts, parsed) =>
    {
        if (width is < 1 or > Waveform.WidthMax) return Problems.Bad($"width must be 1 to {Waveform.WidthMax}.");
        if (height is < 1 or > Waveform.HeightMax) return Problems.Bad($"height must be 1 to {Waveform.HeightMax}.");
        await Drawing.WaitAsync(context.RequestAborted);
        try
        {
            await using var file = await kept.Open(parsed, 0, facts.Bytes, context.RequestAborted);
            if (file is null) return Unknown();

            var waveform = await ReadWaveform(file, facts, opus, width ?? WidthDefault, context.RequestAborted);
            return waveform is null ? NotDrawable() : Results.Text(waveform.ToSvg(height ?? HeightDefault), Svg);
        }
        finally
        {
            Drawing.Release();
        }
    });

    private static Task<Waveform?> ReadWaveform(
        Stream file, RecordingFacts facts, IOpusDecoding? opus, int width, CancellationToken cancellation)
    {
        if (facts.Name.EndsWith(RecordingName.Wav, StringComparison.Ordinal))
            return WavWaveform.TryRead(file, width, cancellation);

        return opus is null
            ? Task.FromResult<Waveform?>(null)
            : OpusWaveform.TryRead(file, facts.Duration, width, opus, cancellation);
    }

    private static Task<IResult> Delete(
        string name, HttpContext context, ILoggerFactory logs, [FromServices] IRecordingStore? store = null) =>
        With(store, async kept =>
    {
        if (!RecordingName.TryParse(name, out var parsed)) return Unknown();
        if (!await kept.Delete(parsed, context.RequestAborted)) return Unknown();

        LogDeleted(Audit(logs), parsed.ToString(), context.Connection.RemoteIpAddress);
        return Results.NoContent();
    });

    private static Task<IResult> WithOne(
        IRecordingStore? store, string name, HttpContext context,
        Func<IRecordingStore, RecordingFacts, RecordingName, Task<IResult>> act) => With(store, async kept =>
    {
        if (!RecordingName.TryParse(name, out var parsed)) return Unknown();

        var facts = await kept.Find(parsed, context.RequestAborted);
        return facts is null ? Unknown() : await act(kept, facts, parsed);
    });

    private static async Task<IResult> With(IRecordingStore? store, Func<IRecordingStore, Task<IResult>> act)
    {
        if (store is null) return Problems.Of(503, "unavailable", "This process keeps no recordings.");

        try
        {
            return await act(store);
        }
        catch (RecordingStoreException error)
        {
            return Problems.Of(503, "storage-unavailable", error.Message);
        }
    }

    private static IResult NotDrawable() => Problems.Of(
        415, "unsupported-media-type", "No picture can be made: the file is not one of ours, or libopus is missing.");

    private static IResult Unknown() => Problems.NotFound("There is no such recording.");

    /// <summary>Who took or deleted what: a log of its own, shown even where others are quiet.</summary>
    private static ILogger Audit(ILoggerFactory logs) => logs.CreateLogger(GatewayOptions.AuditLog);

    [LoggerMessage(21, LogLevel.Information, "recording {Name} downloaded by {Address}: {Status}")]
    private static partial void LogDownloaded(ILogger log, string name, System.Net.IPAddress? address, int status);

    [LoggerMessage(22, LogLevel.Information, "recording {Name} deleted by {Address}")]
    private static partial void LogDeleted(ILogger log, string name, System.Net.IPAddress? address);
}
