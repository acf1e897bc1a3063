using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OrleansAcd.Tests.Unit.Recordings;

/// <summary>A small S3-compatible server on loopback: it holds objects, checks every request's AWS Signature Version 4
/// and its body's hash, and can fail, hang and hang up. It stands for the network peer.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string AccessKey = "test-access";
    public const string SecretKey = "test-secret";
    public const string Bucket = "calls";

    private readonly WebApplication _app;
    private int _failures;
    private int _hangUps;

    private S3Server(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Refused { get; } = new();

    public int Requests { get; private set; }

    /// <summary>While set, uploads wait for it with their body read.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public OrleansAcd.Recordings.S3Options Options { get; private set; } = null!;

    public static async Task<S3Server> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new S3Server(app);
        app.Run(server.Handle);
        await app.StartAsync();
        server.Options = new OrleansAcd.Recordings.S3Options
        {
            Endpoint = app.Urls.First(), Bucket = Bucket, AccessKey = AccessKey, SecretKey = SecretKey,
            Region = "eu-test-1", Prefix = "centre/", RetryMin = TimeSpan.FromMilliseconds(10),
            RetryMax = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(20),
        };
        return server;
    }

    public void FailNext(int requests) => _failures = requests;

    public void HangUpNext(int requests) => _hangUps = requests;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task Handle(HttpContext context)
    {
        Requests++;
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory);
        if (Interlocked.Decrement(ref _hangUps) >= 0)
        {
            context.Abort();
            return;
        }

        if (Interlocked.Decrement(ref _failures) >= 0) await Refuse(context, 500, "InternalError");
        else if (Signature.WhatIsWrong(context.Request, memory.ToArray()) is { } wrong)
        {
            Refused.Enqueue(wrong);
            await Refuse(context, 403, "SignatureDoesNotMatch");
        }
        else await Serve(context, memory.ToArray());
    }

    private async Task Serve(HttpContext context, byte[] body)
    {
        var (request, response) = (context.Request, context.Response);
        var path = Uri.UnescapeDataString(request.Path.Value!.TrimStart('/'));
        var key = path.StartsWith(Bucket + "/", StringComparison.Ordinal) ? path[(Bucket.Length + 1)..] : "";
        switch (request.Method)
        {
            case "PUT":
                if (Gate is { } gate) await gate.Task;
                Objects[key] = body;
                response.Headers.ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body))}\"";
                break;
            case "GET" when key.Length == 0: await List(request, response); break;
            case "GET" when !Objects.ContainsKey(key): await Refuse(context, 404, "NoSuchKey"); break;
            case "GET": await Get(request, response, Objects[key]); break;
            case "DELETE":
                Objects.TryRemove(key, out _);
                response.StatusCode = 204;
                break;
            default: await Refuse(context, 405, "MethodNotAllowed"); break;
        }
    }

    private static async Task Get(HttpRequest request, HttpResponse response, byte[] content)
    {
        var range = request.GetTypedHeaders().Range?.Ranges.Single();
        if (range is not null)
        {
            response.StatusCode = 206;
            content = content[(int)range.From!.Value..(int)Math.Min(content.Length, range.To!.Value + 1)];
        }

        response.ContentLength = content.Length;
        await response.Body.WriteAsync(content);
    }

    private async Task List(HttpRequest request, HttpResponse response)
    {
        XNamespace s3 = "http://s3.amazonaws.com/doc/2006-03-01/";
        var (prefix, after) = (request.Query["prefix"].ToString(), request.Query["start-after"].ToString());
        var token = request.Query["continuation-token"].ToString();
        if (token.Length > 0) after = token;

        // Pages of three, so that clients have to ask again.
        var keys = Objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Where(key => string.CompareOrdinal(key, after) > 0).Order(StringComparer.Ordinal).ToList();
        var page = keys.Take(3).ToList();
        var isTruncated = keys.Count > page.Count;
        var document = new XElement(
            s3 + "ListBucketResult", new XElement(s3 + "IsTruncated", isTruncated ? "true" : "false"),
            isTruncated ? new XElement(s3 + "NextContinuationToken", page[^1]) : null,
            page.Select(key => new XElement(
                s3 + "Contents", new XElement(s3 + "Key", key),
                new XElement(s3 + "LastModified", "2026-11-22T09:00:00.000Z"),
                new XElement(s3 + "Size", Objects[key].Length.ToString(CultureInfo.InvariantCulture)))));
        response.ContentType = "application/xml";
        await response.WriteAsync(document.ToString());
    }

    private static async Task Refuse(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    }

    /// <summary>AWS Signature Version 4, as its specification says it is computed.</summary>
    private static class Signature
    {
        public static string? WhatIsWrong(HttpRequest request, byte[] body)
        {
            var header = request.Headers.Authorization.ToString();
            if (!header.StartsWith("AWS4-HMAC-SHA256 ", StringComparison.Ordinal)) return "no signature";

            var fields = header[17..].Split(',', StringSplitOptions.TrimEntries)
                .Select(field => field.Split('=', 2)).ToDictionary(field => field[0], field => field[1]);
            var scope = fields["Credential"].Split('/', 2);
            var hash = Hex(SHA256.HashData(body));
            if (scope[0] != AccessKey) return "unknown access key";
            if (request.Headers["x-amz-content-sha256"] != hash) return "the body is not what was signed";
            if (!fields["SignedHeaders"].Split(';').Contains("x-amz-content-sha256")) return "the body's hash is not signed";

            var canonical = Canonical(request, fields["SignedHeaders"], hash);
            var toSign = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope[1]}\n"
                + Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
            var key = Encoding.UTF8.GetBytes("AWS4" + SecretKey);
            foreach (var part in scope[1].Split('/')) key = Hmac(key, part);
            return fields["Signature"] == Hex(Hmac(key, toSign)) ? null : "the signature differs";
        }

        private static string Canonical(HttpRequest request, string signed, string hash)
        {
            var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?', 2);
            var path = string.Join('/', target[0].Split('/').Select(Again));
            var query = target.Length < 2 ? [] : target[1].Split('&').Select(Pair);
            var headers = signed.Split(';').Select(name => $"{name}:{request.Headers[name].ToString().Trim()}\n");
            return $"{request.Method}\n{path}\n{string.Join('&', query.Order(StringComparer.Ordinal))}\n"
                + $"{string.Concat(headers)}\n{signed}\n{hash}";
        }

        /// <summary>Every byte but letters, digits and <c>-._~</c> is written as %XX, whatever came; in a query the
        /// slash too.</summary>
        private static string Again(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));

        private static string Pair(string text)
        {
            var pair = text.Replace('+', ' ').Split('=', 2);
            return $"{Again(pair[0])}={(pair.Length > 1 ? Again(pair[1]) : "")}";
        }

        private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

        private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
    }
}
