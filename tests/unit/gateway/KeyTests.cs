using System.Net;
using System.Net.Http.Json;
using Xunit;

namespace OrleansAcd.Tests.Unit.GatewayTests;

/// <summary>The API key: made once, known by its hash, asked for everywhere.</summary>
public sealed class KeyTests
{
    [Theory]
    [InlineData("/v1/queues")]
    [InlineData("/v1/events")]
    [InlineData("/v1/centre")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/v1/no-such-thing")]
    public async Task NothingAnswersWithoutTheKey(string path)
    {
        await using var centre = await RunningCentre.Start();
        using var stranger = centre.Client(null);

        await ApiTests.ExpectProblem(await stranger.GetAsync(path), 401);
    }

    [Fact]
    public async Task TheKeyIsMadeOnceAndKeptAsAHashForTheOwnerAlone()
    {
        var directory = Directory.CreateTempSubdirectory("acd-key-").FullName;
        string key;
        await using (var first = await RunningCentre.Start(directory: directory)) key = first.Key!;

        await using (var second = await RunningCentre.Start(directory: directory))
        {
            Assert.Null(second.Key);
            using var http = second.Client(key);
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/queues")).StatusCode);
        }

        Assert.True(key.Length >= 43, "32 bytes in base64url");
        var file = Path.Combine(directory, "api-key.sha256");
        Assert.DoesNotContain(key, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task WrongKeysAreLimitedAndTheRightOneStillWorks()
    {
        await using var centre = await RunningCentre.Start(gateway: o => o with { WrongKeysPerMinuteMax = 3 });
        using var guesser = centre.Client("wrong");
        for (var i = 0; i < 3; i++) await ApiTests.ExpectProblem(await guesser.GetAsync("/v1/queues"), 401);

        var limited = await guesser.GetAsync("/v1/queues");

        await ApiTests.ExpectProblem(limited, 429);
        Assert.NotNull(limited.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await centre.Http.GetAsync("/v1/queues")).StatusCode);
    }

    [Fact]
    public async Task LoginSetsACookieThatScriptsAndOtherSitesCannotUse()
    {
        await using var centre = await RunningCentre.Start();
        using var browser =
            new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = centre.Address };
        await ApiTests.ExpectProblem(await browser.PostAsJsonAsync("/login", new { key = "wrong" }), 401);

        var login = await browser.PostAsJsonAsync("/login", new { key = centre.Key });

        var cookie = Assert.Single(login.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/v1/queues")).StatusCode);

        browser.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        await ApiTests.ExpectProblem(await browser.PostAsJsonAsync("/v1/agents/alice/state", new { wish =
            "ready" }), 403);
    }

    [Fact]
    public async Task ThePagesHoldNoDataAndRunOnlyOurOwnScripts()
    {
        await using var centre = await RunningCentre.Start();
        using var stranger = centre.Client(null);

        var page = await stranger.GetAsync("/");

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("script-src 'self'", string.Join(' ', page.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal);
        foreach (var path in new[] { "/style.css", "/main.js", "/view.js", "/icon.svg" })
        {
            Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(path)).StatusCode);
        }
    }
}
