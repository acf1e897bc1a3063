using System.Text.Json.Nodes;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>What stands around one test: a centre, its event feed, and phones. All of it ends with the test.</summary>
internal sealed class Floor : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _phones = [];
    private readonly string _centre;
    private readonly string? _data;
    private readonly TestFolder? _own;

    private Floor(string centre, TestFolder? folder, string? data)
    {
        (_centre, _data) = (centre, data);
        Folder = folder ?? (_own = new TestFolder());
    }

    public TestFolder Folder { get; }

    public AcdProcess Acd { get; private set; } = null!;

    /// <summary>All that has happened since the centre was up.</summary>
    public EventFeed Events { get; private set; } = null!;

    /// <param name="folder">One that outlives this; null: its own.</param>
    /// <param name="data">The data folder; null: one within the folder.</param>
    public static async Task<Floor> Open(
        string centre, IReadOnlyList<string>? arguments = null, TestFolder? folder = null, string? data = null)
    {
        var floor = new Floor(centre, folder, data);
        floor.Acd = await AcdProcess.Start(floor.Folder, centre, data: data, arguments: arguments);
        floor.Events = await floor.Acd.Events();
        return floor;
    }

    /// <summary>The same centre on the same data, after its process has ended.</summary>
    public async Task Restart()
    {
        var key = Acd.Key;
        Events.Dispose();
        await Acd.DisposeAsync();
        Acd = await AcdProcess.Start(Folder, _centre, key, data: _data);
        Events = await Acd.Events();
    }

    /// <summary>An agent's baresip that answers by itself; the centre knows of it.</summary>
    public async Task<Baresip> Agent(string id, double voiceHz, BaresipOptions? options = null)
    {
        options ??= new BaresipOptions();
        var phone = Keep(Baresip.Start(
            Folder, id, id + "-pw", ServerFor(options.Transport), Voice.Wav(Folder, voiceHz), options));
        await phone.Registered();
        await Reachable(id);
        return phone;
    }

    /// <summary>A caller's baresip that dials the support queue.</summary>
    public async Task<Baresip> Caller(BaresipOptions? options = null)
    {
        options ??= new BaresipOptions();
        var server = ServerFor(options.Transport);
        var caller = Keep(Baresip.Start(Folder, "carl", null, server, Voice.Wav(Folder, Voice.CallerHz), options));
        await caller.Dial($"sip:support@{server}{(options.Transport == "udp" ? "" : ";transport=" + options.Transport)}");
        return caller;
    }

    /// <summary>A sipp that plays the phone of these agents; the centre knows of it, and it listens.</summary>
    public async Task<Sipp> SippAgent(string scenario, SippOptions? options, params string[] agents)
    {
        var port = FreePorts.Udp();
        foreach (var agent in agents) await Register(agent, port, options?.Tcp ?? false);
        return await SippAgentAt(port, scenario, options);
    }

    /// <summary>A sipp at a port where agents have registered before.</summary>
    public async Task<Sipp> SippAgentAt(int port, string scenario, SippOptions? options = null)
    {
        var phone = Keep(Sipp.Start(Folder, scenario, "agent", Acd.Sip, port, options));
        await phone.Listens();
        return phone;
    }

    /// <summary>A sipp that calls the support queue.</summary>
    public Sipp SippCaller(string scenario, SippOptions? options = null, string number = "support") =>
        Keep(Sipp.Start(Folder, scenario, number, Acd.Sip, FreePorts.Udp(), options));

    /// <summary>The same to its end, which must be as the scenario says.</summary>
    public async Task<Sipp> SippCall(string scenario, SippOptions? options = null, string number = "support")
    {
        var caller = SippCaller(scenario, options, number);
        await caller.Done();
        return caller;
    }

    /// <summary>An agent's phone registers at this port; the centre knows of it.</summary>
    public async Task Register(string agent, int port, bool tcp = false)
    {
        await Sipp.Register(agent, agent + "-pw", Acd.Sip, port, tcp);
        await Reachable(agent);
    }

    /// <summary>Caller and agent hear each other: where their call is controlled, <c>/v1/calls/ID</c>.</summary>
    public async Task<string> Answered() => "/v1/" + CallOf(await Events.Next("acd.call.answered.v1"));

    /// <summary>A supervisor watches an agent, and listens to the call that is up.</summary>
    public async Task Watch(string supervisor, string agent)
    {
        await Acd.Ask(HttpMethod.Put, $"/v1/supervisors/{supervisor}/watch", new { agent, mode = "monitor" });
        await Events.Next(
            "acd.supervisor.changed.v1", e => e["data"]!["state"]!.GetValue<string>() == "listening");
    }

    /// <summary>A call has ended: its record, whole.</summary>
    /// <param name="call">As <see cref="Answered"/> named it; null: the next that ends.</param>
    public async Task<JsonNode> Ended(string? call = null)
    {
        var ended = await Events.Next("acd.call.ended.v1", e => call is null || "/v1/" + CallOf(e) == call);
        return await Acd.Get("/v1/" + CallOf(ended));
    }

    /// <summary>A party hangs up and the call ends: every baresip is told of it, and has quit, so that what it heard
    /// is whole.</summary>
    /// <param name="party">Null: somebody elsewhere has hung up.</param>
    /// <param name="call">Null: the next that ends.</param>
    public async Task<JsonNode> End(Baresip? party, string? call = null)
    {
        if (party is not null) await party.Hangup();
        var record = await Ended(call);
        var phones = _phones.OfType<Baresip>().ToList();
        foreach (var phone in phones) await phone.Closed();
        foreach (var phone in phones) await phone.Quit();
        return record;
    }

    /// <summary>The view of an agent, once it is in that state.</summary>
    public Task<JsonNode> Agent(string id, string presence) =>
        Acd.Shown("/v1/agents/" + id, agent => agent["presence"]!.GetValue<string>() == presence);

    /// <summary>The view of the support queue, once it is so.</summary>
    public Task<JsonNode> Queue(Func<JsonNode, bool> isSo) => Acd.Shown("/v1/queues/support", isSo);

    public async ValueTask DisposeAsync()
    {
        while (_phones.TryPop(out var phone)) await phone.DisposeAsync();
        Events.Dispose();
        await Acd.DisposeAsync();
        _own?.Dispose();
    }

    /// <summary>As paths and as subjects of events: <c>call/ID</c> is <c>calls/ID</c>.</summary>
    private static string CallOf(JsonNode happened) =>
        happened["subject"]!.GetValue<string>().Replace("call/", "calls/", StringComparison.Ordinal);

    private Task Reachable(string agent) =>
        Acd.Shown("/v1/agents/" + agent, view => view["phones"]!.GetValue<int>() > 0);

    private string ServerFor(string transport) => transport == "tls" ? Acd.Tls : Acd.Sip;

    private T Keep<T>(T phone)
        where T : IAsyncDisposable
    {
        _phones.Push(phone);
        return phone;
    }
}
