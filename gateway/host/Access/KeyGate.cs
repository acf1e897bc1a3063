using System.Globalization;

namespace OrleansAcd.Gateway.Access;

/// <summary>Lets nobody in without the API key, but to health and to the pages, which hold no data.</summary>
internal sealed class KeyGate(RequestDelegate next, ApiKey key, WrongKeys wrongKeys)
{
    public const string Cookie = "key";

    public Task Invoke(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<OpenToAll>() is not null) return next(context);

        var bearer = Bearer(context.Request);
        var given = bearer ?? context.Request.Cookies[Cookie];
        if (string.IsNullOrEmpty(given))
            return Unauthorized(context, "This needs the API key: Authorization: Bearer KEY.");
        if (!key.Is(given)) return Wrong(context);
        if (bearer is null && IsForged(context.Request))
        {
            return Problems.Write(context, 403, "forbidden", "Another site's page asked for this.");
        }

        return next(context);
    }

    /// <summary>The answer to a wrong key: 401, or 429 where this address has tried too many.</summary>
    public static Task Refuse(HttpContext context, WrongKeys wrongKeys)
    {
        if (wrongKeys.Count(context.Connection.RemoteIpAddress) is not { } wait)
        {
            return Unauthorized(context, "The API key is wrong.");
        }

        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Write(context, 429, "too-many-wrong-keys",
            $"Too many wrong keys from this address; wait {seconds} s.");
    }

    private Task Wrong(HttpContext context) => Refuse(context, wrongKeys);

    private static Task Unauthorized(HttpContext context, string why)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Write(context, 401, "unauthorized", why);
    }

    private static string? Bearer(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : null;
    }

    /// <summary>A change asked for with the cookie alone must come from our own pages.</summary>
    private static bool IsForged(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return false;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}";
    }
}

/// <summary>Marks an endpoint that answers without a key.</summary>
internal sealed class OpenToAll;
