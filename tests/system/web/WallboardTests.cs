using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Tests.Unit.GatewayTests;
using Xunit;

namespace OrleansAcd.Tests.Web;

/// <summary>The wallboard in a real browser against a running centre.</summary>
public sealed class WallboardTests : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private const string Hostile = "<img src=x onerror=\\\"document.title='owned'\\\">";

    private const string CentreYaml = $$"""
        numbers: [ { number: support, to: queue/support } ]
        queues:
          - { id: support, name: "Support" }
          - { id: evil, name: "{{Hostile}}" }
        agents:
          - { id: alice, name: "Alice", sip-password: x1, queues: [support], login: api }
          - { id: mallory, name: "{{Hostile}}", sip-password: x2, queues: [evil], login: api }
        """;

    private readonly List<string> _errors = [];
    private RunningCentre _centre = null!;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync() => _centre = await RunningCentre.Start(CentreYaml);

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        await _centre.DisposeAsync();
    }

    [SkippableFact]
    public async Task AWrongKeyIsRefusedAndTheRightOneShowsTheBoard()
    {
        var page = await Open();
        await page.FillAsync("#key", "wrong");
        await page.ClickAsync("#login-form button");
        await page.WaitForFunctionAsync("() => document.getElementById('login-error').textContent.includes('wrong')");

        await SignIn(page);

        Assert.Equal(2, await page.Locator("#queues > li").CountAsync());
        Assert.Equal(2, await page.Locator("#agents > li").CountAsync());
    }

    [SkippableFact]
    public async Task AnAgentsChangeShowsWithinTwoSeconds()
    {
        var page = await Open();
        await SignIn(page);

        await _centre.Http.PostAsJsonAsync("/v1/agents/alice/state", new { wish = "login" });
        await _centre.Http.PostAsJsonAsync("/v1/agents/alice/state", new { wish = "not-ready", reason = "lunch" });

        await page.WaitForSelectorAsync(
            "#agents [data-id=alice][data-presence=not-ready] >> text=Not ready · lunch", new() { Timeout = 2_000 });
        Assert.Empty(_errors);
    }

    [SkippableFact]
    public async Task ACallShowsWhileItIsUpAndGoesWhenItIsHungUp()
    {
        var page = await Open();
        await SignIn(page);

        await _centre.Offer("0001-call");
        await page.WaitForSelectorAsync("#calls [data-id='0001-call']", new() { Timeout = 2_000 });

        await _centre.Bus.PublishAsync<MediaEvent>(MediaStreams.Events, new LegEnded(
            new("0001-call"), 1, 2, new(1), LegEndReason.RemoteHangup, LegQuality.None));
        await page.WaitForSelectorAsync("#calls-empty:visible", new() { Timeout = 2_000 });
        Assert.Empty(_errors);
    }

    [SkippableFact]
    public async Task AHostileNameIsShownAsText()
    {
        var page = await Open();
        await SignIn(page);

        Assert.Contains("<img", await page.InnerTextAsync("#queues [data-id=evil] .name"), StringComparison.Ordinal);
        Assert.Contains("<img", await page.InnerTextAsync("#agents [data-id=mallory] .name"), StringComparison.Ordinal);
        Assert.Equal(0, await page.Locator("main img[src=x]").CountAsync());
        Assert.Equal("Wallboard", await page.TitleAsync());
        Assert.Empty(_errors);
    }

    [SkippableFact]
    public async Task APhoneShowsTheBoardWithoutScrollingSideways()
    {
        var page = await Open(390, 844);
        await SignIn(page);

        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
            "scrolls sideways");
        await Picture(page, "phone");
    }

    [SkippableTheory]
    [InlineData(1280, 800, "busy")]
    [InlineData(390, 844, "busy-phone")]
    public async Task ABusyQueueShowsItsFiguresAndThatItIsLate(int width, int height, string picture)
    {
        var page = await Open(width, height);
        await SignIn(page);
        var now = DateTimeOffset.UtcNow;
        await Tell("queue/support", "acd.queue.changed.v1", new QueueView(
            new("support"), "Support", 7, now.AddSeconds(-95), 3, 12, 0, 1, 8, 2, 1, 240, 215, 150, 18, 4, 0, 0.716, 0.8,
            TimeSpan.FromSeconds(20), 17.2, 95, []));
        await Tell("agent/alice", "acd.agent.changed.v1", new AgentView(
            new("alice"), "Alice", Presence.Talking, "", now.AddSeconds(-754), null, new("support"), [], 1, "", 12,
            now.AddDays(1).ToUnixTimeMilliseconds()));
        await Tell("call/0001-call", "acd.call.answered.v1", new
        {
            State = "talking",
            Queue = "support",
            Agent = "alice",
            StartedAt = now.AddSeconds(-760),
            AnsweredAt = now.AddSeconds(-754),
            Offers = 1,
            Signs = new[] { "recording", "on-hold", "monitored" },
        });
        await page.WaitForSelectorAsync("#calls [data-id='0001-call'] [data-sign=recording] >> text=recording");
        await page.WaitForSelectorAsync("#calls [data-id='0001-call'] [data-sign=monitored]");
        await page.WaitForSelectorAsync("#queues [data-id=support][data-tone=warn] >> text=71%");
        await page.WaitForSelectorAsync("#f-waiting[data-tone=bad] >> text=7");
        await page.WaitForSelectorAsync("#agents [data-id=alice][data-presence=talking]");
        await page.WaitForSelectorAsync("#f-longest >> text=/1:3[5-9]|1:4/");
        await Picture(page, picture);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Picture(page, picture + "-dark");
        Assert.Empty(_errors);

        ValueTask Tell<T>(string subject, string type, T data) =>
            _centre.Bus.PublishAsync(FeedEvent.Stream, new FeedEvent(
            type, subject, 1, now, JsonSerializer.Serialize(data, FeedEvent.Json)));
    }

    private static async Task Picture(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("ACD_PICTURES") is not { Length: > 0 } directory) return;
        await page.ScreenshotAsync(new() { Path = Path.Combine(directory, name + ".png") });
    }

    private async Task SignIn(IPage page)
    {
        await page.FillAsync("#key", _centre.Key!);
        await page.ClickAsync("#login-form button");
        await page.WaitForSelectorAsync("#link[data-state=live]");
        // Refusals before the login are what the browser itself reports.
        _errors.Clear();
        await Picture(page, "board");
    }

    private async Task<IPage> Open(int width = 1280, int height = 800)
    {
        Skip.IfNot(File.Exists(Chromium), "Chromium is not installed");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromium, Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        var page = await _browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height } });
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _errors.Add(message.Text);
        };
        page.PageError += (_, error) => _errors.Add(error);
        await page.GotoAsync(_centre.Address.ToString());
        await page.WaitForSelectorAsync("#login-form:visible");
        return page;
    }
}
