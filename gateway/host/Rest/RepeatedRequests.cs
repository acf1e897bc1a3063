using System.Security.Cryptography;
using System.Text;

namespace OrleansAcd.Gateway.Rest;

/// <summary>A body that says what is wanted, printed by its record.</summary>
internal interface IWanted;

/// <summary>Requests that a client may send again because it does not know whether they came: with an
/// <c>Idempotency-Key</c> what was done is not done twice, and the repetition gets the first one's answer.</summary>
/// <remarks>A refusal did nothing, so the key is free again. Bodies are kept as hashes. Safe for any thread.</remarks>
internal sealed class RepeatedRequests(TimeProvider time)
{
    public const string Header = "Idempotency-Key";
    public const int KeyCharsMax = 128;

    /// <summary>Keys beyond it: the oldest is forgotten.</summary>
    public const int KeptMax = 10_000;

    public static readonly TimeSpan KeptTime = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);
    private readonly Queue<Kept> _byAge = new();

    private sealed record Kept(string Key, string What, Lazy<Task<object?>> Answer, DateTimeOffset Until);

    public static TBuilder On<TBuilder>(TBuilder endpoints) where TBuilder : IEndpointConventionBuilder =>
        endpoints.AddEndpointFilter(static (context, next) =>
            context.HttpContext.RequestServices.GetRequiredService<RepeatedRequests>().Answer(context, next));

    internal async ValueTask<object?> Answer(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var key = request.Headers[Header].ToString();
        if (key.Length == 0 || HttpMethods.IsGet(request.Method)) return await next(context);
        if (key.Length > KeyCharsMax || key.Any(c => c is < '!' or > '~'))
            return Problems.Bad($"{Header} must be 1 to {KeyCharsMax} visible ASCII characters.");

        var what = WhatOf(context);
        var kept = Keep(key, what, () => next(context).AsTask(), out var isFirst);
        if (kept.What != what)
            return Problems.Of(422, "key-reused", $"This {Header} was used for another request.");

        var isDone = false;
        try
        {
            var answer = await kept.Answer.Value;
            isDone = answer is IStatusCodeHttpResult { StatusCode: >= 200 and < 300 };
            if (isDone || isFirst) return answer;
        }
        finally
        {
            if (!isDone) Forget(kept);
        }

        return await next(context);
    }

    private Kept Keep(string key, string what, Func<Task<object?>> act, out bool isFirst)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            while (_byAge.TryPeek(out var oldest) && oldest.Until <= now) Remove(_byAge.Dequeue());
            isFirst = !_kept.TryGetValue(key, out var kept);
            if (!isFirst) return kept!;

            if (_byAge.Count >= KeptMax) Remove(_byAge.Dequeue());
            kept = new Kept(key, what, new Lazy<Task<object?>>(act), now + KeptTime);
            _byAge.Enqueue(kept);
            return _kept[key] = kept;
        }
    }

    private void Forget(Kept kept)
    {
        lock (_gate) Remove(kept);
    }

    private void Remove(Kept kept)
    {
        if (_kept.TryGetValue(kept.Key, out var now) && ReferenceEquals(now, kept)) _kept.Remove(kept.Key);
    }

    private static string WhatOf(EndpointFilterInvocationContext context)
    {
        var request = context.HttpContext.Request;
        var what = $"{request.Method} {request.Path} {string.Join(' ', context.Arguments.OfType<IWanted>())}";
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(what)));
    }
}
