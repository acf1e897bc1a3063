using System.Text;
using Microsoft.AspNetCore.Mvc;
using Orleans;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Gateway.Rest;

/// <summary>The centre document: exported without passwords, applied whole or not at all.</summary>
internal static class CentreEndpoints
{
    private const string Yaml = "application/yaml";
    private const long BodyBytesMax = 4 * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>One apply at a time, so that nothing comes between If-Match and the change.</summary>
    private static readonly SemaphoreSlim Applying = new(1);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/centre").WithTags("centre");
        group.MapGet("", Get).WithName("getCentre").WithSummary("The centre document as applied, passwords as \"***\"")
            .Produces<string>(200, Yaml).Produces(304);
        group.MapPut("", Put).WithName("applyCentre")
            .WithSummary("Applies a centre document, or says what is wrong with it")
            .WithDescription("With problems nothing changes. `dryRun=true` changes nothing in any case. "
                + "The same again changes nothing.")
            .WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax))
            .Accepts<string>(Yaml, "text/yaml", "text/plain").Produces<CentreApplied>().ProducesProblem(400)
            .ProducesProblem(412).ProducesProblem(413);
    }

    private static async Task<IResult> Get(IGrainFactory grains, HttpContext context)
    {
        var document = await Centre(grains).Get();
        var tag = Tag(document.Version);
        context.Response.Headers.ETag = tag;
        return context.Request.Headers.IfNoneMatch.Contains(tag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Text(document.Yaml, Yaml, Encoding.UTF8);
    }

    private static async Task<IResult> Put(bool? dryRun, IGrainFactory grains, HttpContext context)
    {
        if (await Body(context) is not { } yaml) return Problems.Bad("The body is not UTF-8 text.");

        await Applying.WaitAsync(context.RequestAborted);
        try
        {
            return await Apply(yaml, dryRun ?? false, Centre(grains), context);
        }
        finally
        {
            Applying.Release();
        }
    }

    private static async Task<IResult> Apply(string yaml, bool dryRun, ICentreGrain centre, HttpContext context)
    {
        var wanted = context.Request.Headers.IfMatch.ToString();
        if (wanted.Length > 0 && wanted != "*")
        {
            var tag = Tag((await centre.Get()).Version);
            if (!wanted.Split(',', StringSplitOptions.TrimEntries).Contains(tag))
            {
                return Problems.Of(412, "centre-changed", $"The centre has changed since: it is {tag} now.");
            }
        }

        var applied = await centre.Apply(yaml, dryRun);
        context.Response.Headers.ETag = Tag(applied.Version);
        return applied.Accepted ? Results.Ok(applied) : Invalid(applied);
    }

    private static IResult Invalid(CentreApplied applied) => Problems.Of(
        400, "centre-invalid", $"The centre document has {applied.Problems.Length} problems; nothing was changed.",
        new Dictionary<string, object?> { ["problems"] = applied.Problems });

    private static async Task<string?> Body(HttpContext context)
    {
        using var memory = new MemoryStream();
        await context.Request.Body.CopyToAsync(memory, context.RequestAborted);
        try
        {
            return Strict.GetString(memory.GetBuffer(), 0, (int)memory.Length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static ICentreGrain Centre(IGrainFactory grains) => grains.GetGrain<ICentreGrain>(ICentreGrain.Key);

    private static string Tag(long version) => $"\"v{version}\"";
}
