using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Streams;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Events wait while nobody takes them, in order and up to a limit; of a phone's changes only the last counts.
/// </summary>
public sealed class EventOutboxTests
{
    private static readonly NodeId Node = new("n");

    private readonly LocalStreamBus _bus = new();
    private readonly NodeCounters _counters = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task AnOldStateOfAPhoneIsNotToldAfterANewerOne()
    {
        var told = new List<string>();
        await using var subscription = _bus.Subscribe<NodeEvent>(MediaStreams.NodeEvents, async (happened, _) =>
        {
            await _open.Task;
            lock (told) told.Add(((PhoneChanged)happened).Agent.Value + ((PhoneChanged)happened).Contacts.Length);
        });
        var outbox = new EventOutbox(_bus, 10, _counters);
        Fill(MediaStreams.NodeEvents, Changed("filler", 0));
        outbox.PublishNode(Changed("alice", 1));

        _open.SetResult();
        await Until(() => _bus.TryPublish<NodeEvent>(MediaStreams.NodeEvents, Changed("gate", 0)));
        outbox.PublishNode(Changed("alice", 2));
        outbox.Retry();
        outbox.PublishNode(Changed("end", 0));
        await Until(() => Told().Contains("end0"));

        Assert.Equal("alice2", Told().Last(text => text.StartsWith("alice", StringComparison.Ordinal)));

        string[] Told()
        {
            lock (told) return [.. told];
        }
    }

    [Fact]
    public async Task EventsBeyondTheLimitAreLostOldestFirstAndCounted()
    {
        var told = new List<long>();
        await using var subscription = _bus.Subscribe<MediaEvent>(MediaStreams.Events, async (happened, _) =>
        {
            await _open.Task;
            lock (told) told.Add(happened.Sequence);
        });
        var outbox = new EventOutbox(_bus, 3, _counters);
        Fill<MediaEvent>(MediaStreams.Events, Ringing(0));
        for (var i = 1; i <= 5; i++) outbox.Publish(Ringing(i));

        _open.SetResult();
        await Until(() =>
        {
            outbox.Retry();
            lock (told) return told.Contains(5);
        });

        lock (told) Assert.Equal([3, 4, 5], told.Where(sequence => sequence > 0));
        Assert.Equal((2L, 3L), (_counters.EventsLost, _counters.EventsPublished));
    }

    private void Fill<T>(string stream, T message)
        where T : notnull
    {
        while (_bus.TryPublish(stream, message))
        {
        }
    }

    private static NodeEvent Changed(string agent, int contacts) => new PhoneChanged(
        Node,
        new AgentId(agent),
        [.. Enumerable.Repeat(new PhoneContact("sip:a@b", [], "udp", "", Node, DateTimeOffset.MaxValue), contacts)]);

    private static LegProgress Ringing(long sequence) => new(new CallId("c"), 1, sequence, LegId.Caller, 180);

    private static async Task Until(Func<bool> isSo)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo()) await timer.WaitForNextTickAsync(limit.Token);
    }
}
