using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using OrleansAcd.Gateway.Access;

namespace OrleansAcd.Gateway.Pages;

/// <summary>The web pages, which travel inside this assembly. They hold no data, so they need no key.</summary>
internal static class PageFiles
{
    private const string Prefix = "web/";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    public static void Map(IEndpointRouteBuilder routes)
    {
        var assembly = typeof(PageFiles).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n =>
            n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var path = "/" + name[Prefix.Length..];
            Map(routes, path, Load(assembly, name), Types[Path.GetExtension(name)]);
            if (path == "/index.html") Map(routes, "/", Load(assembly, name), Types[".html"]);
        }
    }

    private static void Map(IEndpointRouteBuilder routes, string path, byte[] bytes, string type)
    {
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"";
        routes.MapGet(path, (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(bytes, type, entityTag: Microsoft.Net.Http.Headers.EntityTagHeaderValue.Parse(tag));
        }).WithMetadata(new OpenToAll()).ExcludeFromDescription();
    }

    private static byte[] Load(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
