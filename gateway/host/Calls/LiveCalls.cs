using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Gateway.Calls;

/// <summary>The calls that are up, as the feed tells of them. Their full story is asked of the call itself.</summary>
internal sealed class LiveCalls(IStreamBus bus, GatewayOptions options) : IHostedService
{
    private const string Prefix = "call/";
    private readonly ConcurrentDictionary<string, CallView> _calls = new(StringComparer.Ordinal);
    private IAsyncDisposable? _subscription;
    private long _dropped;

    /// <summary>Calls that were not listed because there were too many, or because their event was not
    /// readable.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = bus.Subscribe<FeedEvent>(FeedEvent.Stream, (e, _) =>
        {
            if (e.Subject.StartsWith(Prefix, StringComparison.Ordinal)) Hear(e);
            return ValueTask.CompletedTask;
        });
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_subscription is not null) await _subscription.DisposeAsync();
    }

    public bool Has(CallId call) => _calls.ContainsKey(call.Value);

    /// <summary>Newest first.</summary>
    public IReadOnlyList<CallView> List(CallFilter filter, CallId? before, int limit) =>
    [
        .. _calls.Values.Where(c => Matches(c, filter))
            .Where(c => before is null || string.CompareOrdinal(c.Id.Value, before.Value.Value) < 0)
            .OrderByDescending(c => c.Id.Value, StringComparer.Ordinal).Take(limit),
    ];

    private static bool Matches(CallView c, CallFilter f) =>
        (f.Queue is null || c.Queue == f.Queue) && (f.Agent is null || c.Agent == f.Agent)
        && (f.From is null || c.StartedAt >= f.From) && (f.Until is null || c.StartedAt < f.Until);

    private void Hear(FeedEvent e)
    {
        var id = e.Subject[Prefix.Length..];
        if (Read(e.Data) is not { } said) Interlocked.Increment(ref _dropped);
        else if (said.State == "ended") _calls.TryRemove(id, out _);
        else if (_calls.Count >= options.LiveCallsMax && !_calls.ContainsKey(id)) Interlocked.Increment(ref _dropped);
        else _calls[id] = View(id, said);
    }

    private static CallView View(string id, Said s) => new(
        new CallId(id), s.State, s.Number ?? "", "", s.Queue, s.Agent, s.StartedAt, s.EnqueuedAt, s.AnsweredAt,
        s.EndedAt, QueueOutcome.None, "", s.Offers, null, null, [])
    {
        Signs = s.Signs, IsRecording = s.Signs.Contains(CallSign.Recording),
    };

    private static Said? Read(string data)
    {
        try
        {
            return JsonSerializer.Deserialize<Said>(data, FeedEvent.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a call's event says of it; callers' numbers are not in the feed.</summary>
    private sealed record Said(
        string State, string? Number, QueueId? Queue, AgentId? Agent, DateTimeOffset StartedAt,
        DateTimeOffset? EnqueuedAt, DateTimeOffset? AnsweredAt, DateTimeOffset? EndedAt, int Offers)
    {
        public ImmutableArray<CallSign> Signs { get; init; } = [];
    }
}
