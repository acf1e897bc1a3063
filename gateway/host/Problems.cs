using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Orleans.Runtime;
using OrleansAcd.Contracts.Storage;

namespace OrleansAcd.Gateway;

/// <summary>Every error is a problem document, RFC 9457.</summary>
internal static class Problems
{
    private const string TypePrefix = "urn:acd:problem:";

    public static Task Write(HttpContext context, int status, string type, string detail)
    {
        context.Response.StatusCode = status;
        return Of(status, type, detail).ExecuteAsync(context);
    }

    public static IResult Of(int status, string type, string detail, IDictionary<string, object?>? extensions = null) =>
        Results.Problem(detail, null, status, null, TypePrefix + type, extensions);

    public static IResult NotFound(string what) => Of(StatusCodes.Status404NotFound, "not-found", what);

    public static IResult Bad(string why) => Of(StatusCodes.Status400BadRequest, "bad-request", why);

    /// <summary>An answer without a body (no such path, wrong method) gets one.</summary>
    public static void Complete(ProblemDetailsContext context) =>
        context.ProblemDetails.Type = context.ProblemDetails.Type is { } type
            && type.StartsWith(TypePrefix, StringComparison.Ordinal)
            ? type
            : TypePrefix + context.HttpContext.Response.StatusCode switch
            {
                400 => "bad-request",
                404 => "not-found",
                405 => "method-not-allowed",
                413 => "too-large",
                415 => "unsupported-media-type",
                _ => "error",
            };

    /// <summary>What was thrown, as an answer. A fault of ours says nothing of its inside.</summary>
    public static Task Handle(HttpContext context)
    {
        var error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        var (status, type, detail) = error switch
        {
            BadHttpRequestException { StatusCode: 413 } => (413, "too-large", "The request is too large."),
            BadHttpRequestException e =>
                (e.StatusCode, "bad-request", e.InnerException is System.Text.Json.JsonException
                ? "The body is not the JSON that is expected here." : e.Message),
            StorageUnavailableException e => (503, "storage-unavailable", e.Message),
            TimeoutException => (504, "timed-out", "The centre did not answer in time."),
            OrleansException => (503, "unavailable", "The centre cannot answer now."),
            _ => (500, "error", "Something went wrong here; it was logged."),
        };
        return Write(context, status, type, detail);
    }
}
