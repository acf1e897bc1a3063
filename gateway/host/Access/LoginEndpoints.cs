namespace OrleansAcd.Gateway.Access;

/// <summary>What the login form posts: the key becomes a cookie that scripts cannot read and other sites cannot
/// send.</summary>
internal static class LoginEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/login", Login).WithMetadata(new OpenToAll()).ExcludeFromDescription();
        routes.MapPost("/logout", Logout).WithMetadata(new OpenToAll()).ExcludeFromDescription();
    }

    private static async Task Login(LoginRequest login, ApiKey key, WrongKeys wrongKeys, HttpContext context)
    {
        if (!key.Is(login.Key))
        {
            await KeyGate.Refuse(context, wrongKeys);
            return;
        }

        context.Response.Cookies.Append(KeyGate.Cookie, login.Key!, CookieFor(context.Request));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static IResult Logout(HttpContext context)
    {
        context.Response.Cookies.Delete(KeyGate.Cookie, CookieFor(context.Request));
        return Results.NoContent();
    }

    private static CookieOptions CookieFor(HttpRequest request) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps, Path = "/", IsEssential = true,
    };

    internal sealed record LoginRequest(string? Key);
}
