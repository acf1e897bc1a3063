using System.Collections.Concurrent;
using OrleansAcd.Streams;
using Xunit;

namespace OrleansAcd.Tests.Unit.Streams;

/// <summary>Streams on the thread pool: order, room, and what becomes of messages when nobody listens.</summary>
public sealed class LocalStreamBusTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly LocalStreamBus _bus = new();

    [Fact]
    public async Task EverySubscriberGetsEveryMessageInOrder()
    {
        var first = new Listener(1_000);
        var second = new Listener(1_000);
        await using var one = _bus.Subscribe<Event>("s", first.HearAsync);
        await using var two = _bus.Subscribe<Event>("s", second.HearAsync);
        for (var i = 0; i < 1_000; i++) await _bus.PublishAsync("s", new Event("k", i));
        await Task.WhenAll(first.All, second.All).WaitAsync(Limit);
        Assert.Equal(Enumerable.Range(0, 1_000), first.Heard.Select(e => e.Number));
        Assert.Equal(Enumerable.Range(0, 1_000), second.Heard.Select(e => e.Number));
    }

    [Fact]
    public async Task MessagesOfAKeyKeepTheirOrderWhileKeysRunSideBySide()
    {
        var listener = new Listener(5_000);
        var options = new SubscriptionOptions<Event> { Key = e => e.Key, ConcurrencyMax = 8 };
        await using var subscription = _bus.Subscribe<Event>("s", listener.HearAsync, options);
        for (var i = 0; i < 5_000; i++) await _bus.PublishAsync("s", new Event("k" + (i % 50), i));
        await listener.All.WaitAsync(Limit);
        foreach (var key in listener.Heard.GroupBy(e => e.Key))
        {
            Assert.Equal(key.Select(e => e.Number).Order(), key.Select(e => e.Number));
            Assert.Equal(100, key.Count());
        }
    }

    [Fact]
    public async Task AKeyThatWaitsHoldsUpNoOther()
    {
        var gate = new TaskCompletionSource();
        var listener = new Listener(1);
        var options = new SubscriptionOptions<Event> { Key = e => e.Key };
        await using var subscription = _bus.Subscribe<Event>("s", HearAsync, options);
        Assert.True(_bus.TryPublish("s", new Event("slow", 1)));
        Assert.True(_bus.TryPublish("s", new Event("slow", 2)));
        Assert.True(_bus.TryPublish("s", new Event("quick", 3)));
        await listener.All.WaitAsync(Limit);
        Assert.Equal(3, Assert.Single(listener.Heard).Number);
        gate.SetResult();

        async ValueTask HearAsync(Event e, CancellationToken token)
        {
            if (e.Key == "slow") await gate.Task;
            else await listener.HearAsync(e, token);
        }
    }

    [Fact]
    public async Task ConcurrencyReachesItsLimitAndStaysWithin()
    {
        const int Max = 4;
        int inside = 0, most = 0;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = new Listener(200);
        var options = new SubscriptionOptions<Event> { Key = e => e.Key, ConcurrencyMax = Max };
        await using var subscription = _bus.Subscribe<Event>("s", HearAsync, options);
        for (var i = 0; i < 200; i++) await _bus.PublishAsync("s", new Event("k" + i, i));
        await listener.All.WaitAsync(Limit);
        Assert.Equal(Max, most);

        async ValueTask HearAsync(Event e, CancellationToken token)
        {
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            if (now == Max) full.TrySetResult();
            await full.Task;
            Interlocked.Decrement(ref inside);
            await listener.HearAsync(e, token);
        }
    }

    [Fact]
    public async Task AFullSubscriberRefusesAtOnceAndLetsOthersWait()
    {
        var gate = new TaskCompletionSource();
        var listener = new Listener(3);
        var options = new SubscriptionOptions<Event> { PendingMax = 2 };
        await using var subscription = _bus.Subscribe<Event>("s", HearAsync, options);
        Assert.True(_bus.TryPublish("s", new Event("k", 1)));
        Assert.True(_bus.TryPublish("s", new Event("k", 2)));
        Assert.False(_bus.TryPublish("s", new Event("k", 3)));
        Assert.Equal(1, _bus.ReadCounters().Refused);

        var waiting = _bus.PublishAsync("s", new Event("k", 4));
        Assert.False(waiting.IsCompleted);
        gate.SetResult();
        await waiting.AsTask().WaitAsync(Limit);
        await listener.All.WaitAsync(Limit);
        Assert.Equal([1, 2, 4], listener.Heard.Select(e => e.Number));

        async ValueTask HearAsync(Event e, CancellationToken token)
        {
            await gate.Task;
            await listener.HearAsync(e, token);
        }
    }

    [Fact]
    public async Task AMessageThatASubscriberCannotTakeGoesToNoOther()
    {
        var gate = new TaskCompletionSource();
        var quick = new Listener(1);
        await using var full = _bus.Subscribe<Event>(
            "s", async (_, _) => await gate.Task, new SubscriptionOptions<Event> { PendingMax = 1 });
        await using var free = _bus.Subscribe<Event>("s", quick.HearAsync);
        Assert.True(_bus.TryPublish("s", new Event("k", 1)));
        Assert.False(_bus.TryPublish("s", new Event("k", 2)));
        await quick.All.WaitAsync(Limit);
        Assert.Equal(2, _bus.ReadCounters().Published + _bus.ReadCounters().Refused);
        Assert.Equal(1, Assert.Single(quick.Heard).Number);
        gate.SetResult();
    }

    [Fact]
    public async Task APublisherMayGiveUpWaitingAndTooManyAreRefused()
    {
        var bus = new LocalStreamBus(new StreamBusOptions { WaitingPublishersMax = 1 });
        var gate = new TaskCompletionSource();
        using var source = new CancellationTokenSource();
        await using var subscription = bus.Subscribe<Event>(
            "s", async (_, _) => await gate.Task, new SubscriptionOptions<Event> { PendingMax = 1 });
        await bus.PublishAsync("s", new Event("k", 1));
        var waiting = bus.PublishAsync("s", new Event("k", 2), source.Token).AsTask();
        await Assert.ThrowsAsync<StreamFullException>(() => bus.PublishAsync("s", new Event("k", 3)).AsTask());

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.SetResult();
        Assert.Equal(1, bus.ReadCounters().Published);
    }

    [Fact]
    public async Task WhatNobodyHearsIsCounted()
    {
        Assert.True(_bus.TryPublish("s", new Event("k", 1)));
        await _bus.PublishAsync("s", new Event("k", 2));
        Assert.Equal(2, _bus.ReadCounters().Unheard);
    }

    [Fact]
    public async Task AStreamCarriesOneType()
    {
        await using var subscription = _bus.Subscribe<Event>("s", (_, _) => ValueTask.CompletedTask);
        Assert.Throws<InvalidOperationException>(() => _bus.TryPublish("s", "text"));
    }

    [Fact]
    public async Task AnEndedSubscriptionHearsNothingMoreAndCountsWhatItLeft()
    {
        var begun = new TaskCompletionSource();
        var subscription = _bus.Subscribe<Event>("s", async (_, token) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        });
        for (var i = 0; i < 3; i++) Assert.True(_bus.TryPublish("s", new Event("k", i)));
        await begun.Task.WaitAsync(Limit);
        await subscription.DisposeAsync();
        Assert.True(_bus.TryPublish("s", new Event("k", 4)));
        var counters = _bus.ReadCounters();
        Assert.Equal((3, 0, 1), (counters.Abandoned, counters.Pending, counters.Unheard));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    private sealed class Listener(int expected)
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public ConcurrentQueue<Event> Heard { get; } = new();

        public Task All => _all.Task;

        public ValueTask HearAsync(Event message, CancellationToken token)
        {
            Heard.Enqueue(message);
            if (Interlocked.Increment(ref _count) == expected) _all.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}

public sealed record Event(string Key, int Number);
