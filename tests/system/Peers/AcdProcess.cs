using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>The product as users start it, <c>acd run</c>, in a process of its own on free loopback ports.</summary>
public sealed class AcdProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);

    private readonly PeerProcess _process;

    private AcdProcess(PeerProcess process, string sip, Uri http, string key)
    {
        _process = process;
        Sip = sip;
        Key = key;
        Http = new HttpClient { BaseAddress = http, Timeout = TimeSpan.FromSeconds(10) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>HOST:PORT of its TLS socket, when it was started with one.</summary>
    public string Tls { get; private init; } = "";

    /// <summary>Its RTP ports.</summary>
    internal PortBlock Ports { get; private init; } = null!;

    /// <summary>HOST:PORT of its SIP socket.</summary>
    public string Sip { get; }

    public string Key { get; }

    public HttpClient Http { get; }

    public string Output => _process.Output;

    /// <summary>With Ctrl-C in force even where whoever started the tests ignores it.</summary>
    public static PeerProcess StartRaw(TestFolder folder, params IEnumerable<string> arguments) =>
        StartRaw(folder, new Dictionary<string, string>(), arguments);

    /// <summary>The same with settings in its environment.</summary>
    public static PeerProcess StartRaw(
        TestFolder folder, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "acd.dll");
        return PeerProcess.Start(
            "env", ["--default-signal=INT,HUP", "dotnet", program, .. arguments], folder.Path, environment);
    }

    /// <summary>Starts it with a centre; waits until it says that it is up.</summary>
    /// <param name="key">The API key of an earlier start on the same data folder: it is printed only once.</param>
    public static async Task<AcdProcess> Start(
        TestFolder folder, string centre, string? key = null, int rtpPorts = 1_000,
        string? data = null, IReadOnlyList<string>? arguments = null)
    {
        await File.WriteAllTextAsync(folder.File("centre.yaml"), centre);
        var ports = PortBlock.Take(rtpPorts);
        var process = StartRaw(
            folder,
            [
                "run", "--centre", folder.File("centre.yaml"), "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0",
                "--rtp-ports", $"{ports.First}-{ports.Last}", "--data", data ?? folder.File("data"), .. arguments ?? [],
            ]);
        var sip = await process.WaitForLine(@"phones +sip:(\S+)", StartMax);
        var http = await process.WaitForLine(@"browser +(http://\S+)", StartMax);
        if (key is null)
        {
            var printed = await process.WaitForLine(@"API key: (\S+)", StartMax);
            key = printed.Groups[1].Value;
        }

        await process.WaitForLine("^ready", StartMax);
        var tls = global::System.Text.RegularExpressions.Regex.Match(process.Output, @"by TLS +sip:([^;\s]+)");
        return new AcdProcess(process, sip.Groups[1].Value, new Uri(http.Groups[1].Value), key)
        {
            Tls = tls.Groups[1].Value,
            Ports = ports,
        };
    }

    /// <summary>A live subscription to the event feed, from now on.</summary>
    public Task<EventFeed> Events() => EventFeed.Open(Http);

    public async Task<JsonNode> Get(string path) =>
        JsonNode.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    public Task<HttpResponseMessage> Post(string path, object body) => Send(HttpMethod.Post, path, body);

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = new StringContent(
                JsonSerializer.Serialize(body), new MediaTypeHeaderValue("application/json")),
        };
        return await Http.SendAsync(request);
    }

    /// <summary>Asks for something that must be granted.</summary>
    public async Task Ask(HttpMethod method, string path, object body)
    {
        using var answer = await Send(method, path, body);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>A counter of <c>/v1/system</c>.</summary>
    public async Task<long> Counter(string name, string part = "node") =>
        (await Get("/v1/system"))["parts"]![part]!["counters"]![name]!.GetValue<long>();

    /// <summary>How many requests of each method the node has sent; acknowledgements, which phones may ask for again,
    /// left out.</summary>
    public async Task<SortedDictionary<string, long>> RequestsSent()
    {
        var counters = (await Get("/v1/system"))["parts"]!["node"]!["counters"]!.AsObject();
        return new(counters
            .Where(c => c.Key.StartsWith("sipSent", StringComparison.Ordinal))
            .Where(c => c.Key is not ("sipSent" or "sipSentACK"))
            .ToDictionary(c => c.Key, c => c.Value!.GetValue<long>()));
    }

    /// <summary>The only call of this centre so far, whole.</summary>
    public async Task<JsonNode> OnlyCall()
    {
        var list = await Get("/v1/calls");
        var calls = list["items"]!.AsArray();
        Assert.Single(calls);
        return await Get("/v1/calls/" + calls[0]!["id"]!.GetValue<string>());
    }

    /// <summary>The first piece of a call's recording that fits. Pieces are finished beside the call: they may come
    /// after its end.</summary>
    public async Task<JsonNode> Recorded(EventFeed events, string call, Func<JsonNode, bool> fits)
    {
        while (true)
        {
            await events.Next("acd.call.recorded.v1");
            var pieces = (await Get(call))["recordings"]!.AsArray();
            if (pieces.FirstOrDefault(piece => fits(piece!)) is { } piece) return piece;
        }
    }

    /// <summary>SIGHUP.</summary>
    public void Hangup() => _process.Hangup();

    /// <summary>What the API shows at a path, once it is so: a grain may hear from another a moment after the feed
    /// did.</summary>
    public async Task<JsonNode> Shown(string path, Func<JsonNode, bool> isSo)
    {
        var shown = await Get(path);
        await Eventually.Is(async () => isSo(shown = await Get(path)), () => $"{path} shows it, and not {shown}");
        return shown;
    }

    /// <summary>Waits until a counter of the node has this value.</summary>
    public async Task Reaches(string counter, long value)
    {
        var last = 0L;
        await Eventually.Is(async () => (last = await Counter(counter)) == value, () => $"{counter} {value}, and not {last}");
    }

    /// <summary>As Ctrl-C; the exit code.</summary>
    public Task<int> Stop()
    {
        _process.Interrupt();
        return _process.WaitForExit(TimeSpan.FromSeconds(20));
    }

    /// <summary>As kill -9.</summary>
    public Task<int> Kill()
    {
        _process.Kill();
        return _process.WaitForExit(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        Ports.Dispose();
    }
}
