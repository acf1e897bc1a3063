using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace OrleansAcd.Gateway.Feed;

/// <summary>GET /v1/events: server-sent events (WHATWG HTML section 9.2) that a browser's EventSource reads and
/// resumes.</summary>
internal static class FeedEndpoint
{
    private const int SubjectsMax = 32;
    private const int SubjectCharsMax = 128;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/events", Serve)
        .WithName("events").WithTags("events").WithSummary("The event feed")
        .WithDescription(
            "Server-sent events; each is a CloudEvents 1.0 JSON document. `id:` is a cursor for Last-Event-ID. "
            + "An event of type acd.feed.reset.v1 says that events were missed: read everything again.")
        .Produces<string>(200, "text/event-stream").ProducesProblem(400).ProducesProblem(503);

    private static async Task Serve(
        [FromQuery] string[]? subject, [FromHeader(Name = "Last-Event-ID")] string? last, [FromQuery] string? cursor,
        FeedHub hub, GatewayOptions options, TimeProvider time, HttpContext context)
    {
        var subjects = subject ?? [];
        if (subjects.Length > SubjectsMax || subjects.Any(s => s.Length is 0 or > SubjectCharsMax))
        {
            await Problems.Write(context, 400, "bad-request",
                $"subject: at most {SubjectsMax}, 1 to {SubjectCharsMax} characters.");
            return;
        }

        if (hub.Join(last ?? cursor, subjects) is not { } client)
        {
            context.Response.Headers.RetryAfter = "5";
            await Problems.Write(context, 503, "too-many-clients", "The feed has too many clients.");
            return;
        }

        try
        {
            await Send(client, options.FeedHeartbeat, time, context);
        }
        catch (OperationCanceledException)
        {
            // The client went away, was too slow, or the server stops: all three end here.
            context.Abort();
        }
        finally
        {
            hub.Leave(client);
            client.Dispose();
        }
    }

    private static async Task Send(FeedClient client, TimeSpan heartbeat, TimeProvider time, HttpContext context)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, client.Ended);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var body = context.Response.Body;
        await body.WriteAsync("retry: 1000\n\n"u8.ToArray(), ends.Token);
        foreach (var frame in client.First) await body.WriteAsync(frame, ends.Token);
        await body.FlushAsync(ends.Token);

        var next = client.Pending.WaitToReadAsync(ends.Token).AsTask();
        while (true)
        {
            try
            {
                if (!await next.WaitAsync(heartbeat, time, ends.Token)) return;
                while (client.Pending.TryRead(out var frame)) await body.WriteAsync(frame, ends.Token);
                next = client.Pending.WaitToReadAsync(ends.Token).AsTask();
            }
            catch (TimeoutException)
            {
                await body.WriteAsync(": still here\n\n"u8.ToArray(), ends.Token);
            }

            await body.FlushAsync(ends.Token);
        }
    }
}
