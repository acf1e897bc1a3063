using System.Globalization;
using Microsoft.Net.Http.Headers;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.Gateway.Rest;

/// <summary>A file, or one range of it: RFC 9110 sections 13 and 14.</summary>
internal static class RecordingDownload
{
    public static async Task<IResult> Answer(
        IRecordingStore store, RecordingName name, RecordingFacts facts, HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var tag = new EntityTagHeaderValue($"\"{facts.Sha256}\"");
        response.Headers.ETag = tag.ToString();
        response.Headers.AcceptRanges = "bytes";
        if (request.GetTypedHeaders().IfNoneMatch is { Count: > 0 } known
            && known.Any(one => one.Compare(tag, useStrongComparison: false) || one.Tag == "*"))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Results.Empty;
        }

        if (!TryRange(request, tag, facts.Bytes, out var range))
        {
            response.Headers.ContentRange = new ContentRangeHeaderValue(facts.Bytes).ToString();
            return Problems.Of(416, "range-not-satisfiable", "The file ends before that range.");
        }

        var (from, length) = range ?? (0, facts.Bytes);
        if (await store.Open(name, from, length, context.RequestAborted) is not { } stream)
        {
            return Problems.NotFound("There is no such recording.");
        }

        await using (stream)
        {
            if (range is not null)
            {
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange =
                    new ContentRangeHeaderValue(from, from + length - 1, facts.Bytes).ToString();
            }

            response.ContentLength = length;
            response.ContentType = name.Extension == RecordingName.Opus ? "audio/ogg" : "audio/wav";
            response.Headers.ContentDisposition = string.Create(
                CultureInfo.InvariantCulture, $"attachment; filename=\"{name}\"");
            await stream.CopyToAsync(response.Body, context.RequestAborted);
        }

        return Results.Empty;
    }

    /// <summary>The one range asked for; null: the whole file, as for several ranges, other units, or a range of a file
    /// that has changed (If-Range).</summary>
    /// <returns>False when the range lies behind the file's end.</returns>
    private static bool TryRange(
        HttpRequest request, EntityTagHeaderValue tag, long bytes, out (long From, long Length)? range)
    {
        range = null;
        var headers = request.GetTypedHeaders();
        if (headers.Range is not { Unit.Value: "bytes", Ranges: { Count: 1 } ranges }) return true;
        if (headers.IfRange is { } only && only.EntityTag?.Compare(tag, useStrongComparison: true) != true) return true;

        var wanted = ranges.First();
        var from = wanted.From ?? Math.Max(0, bytes - (wanted.To ?? 0));
        var to = wanted.From is null ? bytes - 1 : Math.Min(wanted.To ?? bytes - 1, bytes - 1);
        if (from >= bytes || to < from) return false;

        range = (from, to - from + 1);
        return true;
    }
}
