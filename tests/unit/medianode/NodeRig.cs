using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Softphone;
using OrleansAcd.Streams;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A real media node on loopback with real softphones; the test decides in place of the Call grain.</summary>
internal sealed class NodeRig : IAsyncDisposable
{
    public const double CallerHz = 700;
    public const double AgentHz = 1_300;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Pairs for the legs of all softphones.</summary>
    private const int PhonePorts = 200;

    private readonly LocalStreamBus _bus;
    private readonly PortBlock _nodePorts;
    private readonly PortBlock _phonePorts = PortBlock.Take(PhonePorts);
    private readonly Channel<MediaEvent> _events = Channel.CreateUnbounded<MediaEvent>();
    private readonly Channel<NodeEvent> _nodeEvents = Channel.CreateUnbounded<NodeEvent>();
    private PhoneCall[] _talking = [];
    private long _sequence;
    private long _version = 1;

    private NodeRig(LocalStreamBus bus, MediaNodeOptions options, PortBlock nodePorts)
    {
        (_bus, _nodePorts) = (bus, nodePorts);
        Phones = SoftphoneHost.Start(IPAddress.Loopback, _phonePorts.First, _phonePorts.Last);
        _bus.Subscribe<MediaEvent>(MediaStreams.Events, (e, end) => _events.Writer.WriteAsync(e, end));
        _bus.Subscribe<NodeEvent>(MediaStreams.NodeEvents, (e, end) => _nodeEvents.Writer.WriteAsync(e, end));
        var prompts = PromptLibrary.Load(new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "no-prompts")));
        Node = MediaNodeHost.Start(options, bus, prompts, TimeProvider.System, NullLogger<MediaNodeHost>.Instance)!;
    }

    public MediaNodeHost Node { get; }

    public SoftphoneHost Phones { get; }

    public static PhoneVoice CallerVoice { get; } = new(Tone(CallerHz), AgentHz);

    public static PhoneVoice AgentVoice { get; } = new(Tone(AgentHz), CallerHz);

    public static AudioClip Tone(double frequencyHz)
    {
        var samples = new short[8_000];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (short)(8_000 * Math.Sin(2 * Math.PI * frequencyHz * i / 8_000));
        }

        return AudioClip.FromSamples($"{frequencyHz} Hz", samples);
    }

    /// <param name="rtpPorts">Ports of the node; two pairs a call.</param>
    /// <param name="change">Other options than the usual.</param>
    /// <param name="agents">Whose phones may register; the password is the name and "-pw".</param>
    public static async Task<NodeRig> Start(
        int rtpPorts = 200, Func<MediaNodeOptions, MediaNodeOptions>? change = null, params string[] agents)
    {
        var ports = PortBlock.Take(rtpPorts);
        var options = new MediaNodeOptions
        {
            Sip = new IPEndPoint(IPAddress.Loopback, 0),
            Advertise = IPAddress.Loopback,
            RtpPortFirst = ports.First,
            RtpPortLast = ports.Last,
        };
        var rig = new NodeRig(new LocalStreamBus(), change?.Invoke(options) ?? options, ports);
        var accounts = agents.Select(name => Account(name)).ToImmutableArray();
        await rig._bus.PublishAsync(MediaStreams.Settings, new NodeSettings(1, "acd", accounts));
        await rig.Node.Ready.WaitAsync(Patience);
        return rig;
    }

    public async Task<T> Next<T>()
        where T : MediaEvent
    {
        using var limit = new CancellationTokenSource(Patience);
        var passed = new List<string>();
        try
        {
            while (true)
            {
                var happened = await _events.Reader.ReadAsync(limit.Token);
                if (happened is T wanted) return wanted;
                passed.Add(happened.ToString());
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no {typeof(T).Name}; what came: {string.Join("; ", passed)}");
        }
    }

    public async Task<ImmutableArray<PhoneContact>> Register(string agent, PhoneBehaviour behaviour)
    {
        var phone = Phones.AddPhone(agent, agent + "-pw", Node.Sip, behaviour);
        await phone.Registered.WaitAsync(Patience);
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var happened = await _nodeEvents.Reader.ReadAsync(limit.Token);
            if (happened is PhoneChanged changed && changed.Agent.Value == agent) return changed.Contacts;
        }
    }

    /// <summary>The next change of a phone's contacts that is so.</summary>
    public async Task<PhoneChanged> NextPhone(Predicate<PhoneChanged> isIt)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var happened = await _nodeEvents.Reader.ReadAsync(limit.Token);
            if (happened is PhoneChanged changed && isIt(changed)) return changed;
        }
    }

    /// <summary>Sends newer settings, and waits until the node has them.</summary>
    public async Task Settle(ImmutableArray<TrunkSettings> trunks, params string[] agents)
    {
        var settings = new NodeSettings(
            Interlocked.Increment(ref _version), "acd", [.. agents.Select(name => Account(name))]) { Trunks = trunks };
        await _bus.PublishAsync(MediaStreams.Settings, settings);
        await Eventually.Is(() => Node.SettingsVersion >= settings.Version, "the settings are in force");
    }

    /// <summary>Waits until every host of a trunk has been looked up.</summary>
    public Task Located() => Reaches("hostLookups", value => value == 0);

    /// <summary>A softphone calls, alice's answers, and each hears the other.</summary>
    public async Task<(CallId Call, PhoneCall AgentCall, PhoneCall Caller)> Talk(LegId agent)
    {
        PhoneCall? agentCall = null;
        var contacts = await Register(
            "alice", new PhoneBehaviour { Voice = AgentVoice, OnCall = call => agentCall = call });
        var caller = Phones.Call("support", Node.Sip, "carl", CallerVoice);
        var offered = await Next<LegOffered>();
        await Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        await caller.Answered.WaitAsync(Patience);
        await Dial(offered.Call, agent, contacts);
        while ((await Next<LegAnswered>()).Leg != agent)
        {
            // The caller's own answer comes first.
        }

        await Bridge(offered.Call, LegId.Caller, agent);
        await caller.Heard.WaitAsync(Patience);
        await agentCall!.Heard.WaitAsync(Patience);
        _talking = [caller, agentCall];
        return (offered.Call, agentCall, caller);
    }

    /// <summary>These hear their tone for so much longer, unless their call has ended; none named: caller and agent of
    /// <see cref="Talk"/>.</summary>
    public Task Speech(double seconds, params PhoneCall[] listeners)
    {
        var ends = Array.ConvertAll(
            listeners.Length > 0 ? listeners : _talking,
            call => (Call: call, At: call.HeardFor + TimeSpan.FromSeconds(seconds)));
        return Eventually.Is(
            () => Array.TrueForAll(ends, end => end.Call.Ended.IsCompleted || end.Call.HeardFor >= end.At),
            $"they hear each other for {seconds} s more");
    }

    /// <summary>A counter of <c>/v1/system</c>, when the node has done what it is at.</summary>
    public async Task<long> Figure(string name) => (await Node.ReadFigures(CancellationToken.None)).Counters[name];

    /// <summary>Waits until a figure is so.</summary>
    public async Task Reaches(string figure, Func<long, bool> isSo)
    {
        var last = 0L;
        await Eventually.Is(async () => isSo(last = await Figure(figure)), () => $"{figure} is so, and not {last}");
    }

    /// <summary>How many calls there are, and the counters, when the node has done what it is at: it tells of an event
    /// before it has.</summary>
    public async Task<int> Calls() => (int)await Figure("calls");

    /// <inheritdoc cref="Calls"/>
    public async Task<NodeCounters> Counters()
    {
        await Figure("calls");
        return Node.Counters;
    }

    /// <summary>Waits until all commands so far are done: they are done in their order, and one of a call that does not
    /// exist is counted.</summary>
    public async Task Obeyed()
    {
        var ignored = await Figure("commandsIgnored");
        await Command(n => new StopPlay(new CallId("none"), 1, n, LegId.Caller));
        await Reaches("commandsIgnored", value => value > ignored);
    }

    /// <summary>A call of a phone that is played by hand: INVITE, answered, acknowledged.</summary>
    /// <param name="sdp">What it offers; null: G.711.</param>
    public async Task<(CallId Call, SipResponse Ok)> Up(WirePhone phone, string? sdp = null, uint cseq = 1)
    {
        var call = await Offered(phone, sdp, cseq);
        return (call, await Answer(phone, call, cseq));
    }

    /// <summary>The same, not answered yet.</summary>
    public async Task<CallId> Offered(WirePhone phone, string? sdp = null, uint cseq = 1)
    {
        phone.Send(SipMethods.Invite, cseq, sdp ?? phone.Sdp());
        return (await Next<LegOffered>()).Call;
    }

    /// <summary>Answers the caller; the 200.</summary>
    public async Task<SipResponse> Answer(WirePhone phone, CallId call, uint cseq = 1)
    {
        await Command(n => new Answer(call, 1, n, LegId.Caller));
        var ok = await phone.Final(SipMethods.Invite, cseq);
        phone.ToTag = ok.ToTag;
        phone.Send(SipMethods.Ack, cseq);
        await Next<LegAnswered>();
        return ok;
    }

    /// <summary>Another phone that is played by hand joins the call; the INVITE that it took.</summary>
    public async Task<SipRequest> Join(CallId call, LegId leg, WirePhone phone)
    {
        await Dial(call, leg, [phone.Contact(Node.Node)]);
        var invite = await phone.Request(SipMethods.Invite);
        phone.Respond(invite, 200, phone.Sdp("0"));
        await phone.Request(SipMethods.Ack);
        await Next<LegAnswered>();
        return invite;
    }

    public async Task Command(Func<long, MediaCommand> make) =>
        await _bus.PublishAsync(MediaStreams.Commands(Node.Node), make(Interlocked.Increment(ref _sequence)));

    public Task Dial(CallId call, LegId leg, ImmutableArray<PhoneContact> contacts) => Command(n => new Dial(
        call, 1, n, leg, contacts, new PartyIdentity("Support", "sip:caller-1@acd.invalid"), [], TimeSpan.FromSeconds(15)));

    /// <summary>Both hear each other.</summary>
    public Task Bridge(CallId call, LegId one, LegId other) =>
        Command(n => new Hear(call, 1, n, [new Hearing(one, other), new Hearing(other, one)]));

    public async ValueTask DisposeAsync()
    {
        await Phones.DisposeAsync();
        await Node.DisposeAsync();
        _nodePorts.Dispose();
        _phonePorts.Dispose();
        Assert.Equal(0, Node.Counters.Faults);
        Assert.Equal(0, Phones.Faults);
    }

    public static SipAccount Account(string user)
    {
        var account = DigestAccount.FromPassword(user, "acd", user + "-pw");
        return new SipAccount(user, account.Ha1Md5!, account.Ha1Sha256!);
    }
}
