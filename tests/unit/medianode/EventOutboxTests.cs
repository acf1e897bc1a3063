using System.Collections.Concurrent;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Streams;
using OrleansAcd.Tests.Common;
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
        var told = new ConcurrentQueue<string>();
        await using var subscription = await Block<NodeEvent>(
            MediaStreams.NodeEvents, Changed("filler", 0), happened => told.Enqueue(Text(happened)));
        var outbox = new EventOutbox(_bus, 10, _counters);
        outbox.PublishNode(Changed("alice", 1));

        _open.SetResult();
        await Eventually.Is(() => _bus.TryPublish(MediaStreams.NodeEvents, Changed("gate", 0)), "there is room");
        await Eventually.Is(() => told.Contains("gate0"), "all that waited is told");
        outbox.PublishNode(Changed("alice", 2));
        outbox.Retry();
        outbox.PublishNode(Changed("end", 0));
        await Eventually.Is(() => told.Contains("end0"), "the last is told");

        Assert.Equal(["alice2"], told.Where(text => text.StartsWith("alice", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EventsBeyondTheLimitAreLostOldestFirstAndCounted()
    {
        var told = new ConcurrentQueue<long>();
        await using var subscription = await Block<MediaEvent>(
            MediaStreams.Events, Ringing(0), happened => told.Enqueue(happened.Sequence));
        var outbox = new EventOutbox(_bus, 3, _counters);
        for (var i = 1; i <= 5; i++) outbox.Publish(Ringing(i));

        _open.SetResult();
        await Eventually.Is(
            () =>
            {
                outbox.Retry();
                return told.Contains(5);
            },
            "the last is told");

        Assert.Equal([3, 4, 5], told.Where(sequence => sequence > 0));
        Assert.Equal((2L, 3L), (_counters.EventsLost, _counters.EventsPublished));
    }

    /// <summary>A subscriber that hangs at its first message, and as many behind it as there is room for.</summary>
    private async Task<IAsyncDisposable> Block<T>(string stream, T filler, Action<T> tell)
        where T : notnull
    {
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscription = _bus.Subscribe<T>(stream, async (happened, _) =>
        {
            hangs.TrySetResult();
            await _open.Task;
            tell(happened);
        });
        _bus.TryPublish(stream, filler);
        await hangs.Task.WaitAsync(TimeSpan.FromSeconds(20));
        while (_bus.TryPublish(stream, filler))
        {
        }

        return subscription;
    }

    private static string Text(NodeEvent happened) =>
        ((PhoneChanged)happened).Agent.Value + ((PhoneChanged)happened).Contacts.Length;

    private static NodeEvent Changed(string agent, int contacts) => new PhoneChanged(
        Node,
        new AgentId(agent),
        [.. Enumerable.Repeat(new PhoneContact("sip:a@b", [], "udp", "", Node, DateTimeOffset.MaxValue), contacts)]);

    private static LegProgress Ringing(long sequence) => new(new CallId("c"), 1, sequence, LegId.Caller, 180);
}
