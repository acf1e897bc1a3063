using System.Collections.Concurrent;
using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.Softphone;

namespace OrleansAcd.Cli.Demo;

/// <summary>The people of a demonstration: agents at registered softphones, callers at others, each with a tone of its
/// own.</summary>
internal sealed class DemoFloor : IAsyncDisposable
{
    private const double CallerHz = 700;
    private const double AgentHz = 1_300;

    /// <summary>A caller who hears nobody for so long gives up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RegisterMax = TimeSpan.FromSeconds(30);

    private readonly DemoOptions _options;
    private readonly IPEndPoint _server;
    private readonly SoftphoneHost _agents = SoftphoneHost.Start(IPAddress.Loopback, 40_000, 49_999);
    private readonly SoftphoneHost _callers = SoftphoneHost.Start(IPAddress.Loopback, 50_000, 60_999);
    private readonly PhoneVoice _callerVoice = new(Voice(CallerHz), AgentHz);
    private readonly PhoneVoice _agentVoice = new(Voice(AgentHz), CallerHz);
    private readonly ConcurrentBag<PhoneCallResult> _callerResults = [];
    private readonly ConcurrentBag<PhoneCallResult> _agentResults = [];
    private readonly ConcurrentDictionary<PhoneCall, Task> _agentCalls = [];
    private int _offered;
    private int _talking;

    public DemoFloor(DemoOptions options, IPEndPoint server) => (_options, _server) = (options, server);

    public int Offered => Volatile.Read(ref _offered);

    public int Talking => Volatile.Read(ref _talking);

    public int Finished => _callerResults.Count;

    public async Task StaffUp(CancellationToken cancellation)
    {
        var behaviour = new PhoneBehaviour
        {
            Voice = _agentVoice,
            AnswerAfter = TimeSpan.FromMilliseconds(200),
            OnCall = call => _agentCalls[call] = Attend(call),
        };
        var phones = Enumerable.Range(1, _options.Agents)
            .Select(i => _agents.AddPhone(DemoCentre.AgentName(i), DemoCentre.Password(i, _options.Seed), _server,
                behaviour))
            .ToList();
        await Task.WhenAll(phones.Select(phone => phone.Registered)).WaitAsync(RegisterMax, cancellation);
    }

    /// <summary>One caller: calls, waits, talks from the moment the agent is heard, hangs up.</summary>
    public async Task Call(int index, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _offered);
        var call = _callers.Call(DemoCentre.Number, _server, $"caller{index}", _callerVoice);
        var heard = await Task.WhenAny(call.Heard, call.Ended, Task.Delay(Patience, cancellation)) == call.Heard;
        if (heard)
        {
            Interlocked.Increment(ref _talking);
            await Task.WhenAny(call.Ended, Task.Delay(_options.Talk, cancellation));
            Interlocked.Decrement(ref _talking);
        }

        call.HangUp();
        _callerResults.Add(await call.Ended);
    }

    /// <summary>The last BYE reaches an agent's phone a little after the caller's own call is over.</summary>
    public Task AllAgentCallsEnded(TimeSpan within) => Task.WhenAll(_agentCalls.Values).WaitAsync(within);

    public DemoReport Report(TimeSpan duration)
    {
        var answered = _callerResults.Count(call => call is { Answered: true, FirstHeard: not null });
        var agentsHeard = _agentResults.Count(call => call is { Answered: true, FirstHeard: not null });
        var abandoned = _callerResults.Count(call => call is { Answered: true, FirstHeard: null, EndedByUs: true });
        var both = Math.Min(answered, agentsHeard);
        var all = _callerResults.Concat(_agentResults).ToList();
        var lost = all.Sum(call => call.PacketsLost);
        var sent = all.Sum(call => call.PacketsReceived) + lost;
        return new DemoReport(
            Offered, both, abandoned, Offered - both - abandoned, null, null,
            Percentiles.Of(_callerResults.Where(call => call.Answered).Select(call => call.Setup.TotalMilliseconds)),
            Percentiles.Of(_agentResults.Select(call => call.FirstHeard?.TotalMilliseconds).OfType<double>()),
            sent, lost, sent == 0 ? 0 : Math.Round(100.0 * lost / sent, 4), 0, Math.Round(duration.TotalSeconds, 2),
            _options.Seed);
    }

    public async ValueTask DisposeAsync()
    {
        await _callers.DisposeAsync();
        await _agents.DisposeAsync();
    }

    private async Task Attend(PhoneCall call) => _agentResults.Add(await call.Ended);

    private static AudioClip Voice(double frequencyHz)
    {
        var samples = new short[G711.SampleRateHz];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)(8_000 * Math.Sin(2 * Math.PI * frequencyHz * i / G711.SampleRateHz));
        return AudioClip.FromSamples($"{frequencyHz} Hz", samples);
    }
}
