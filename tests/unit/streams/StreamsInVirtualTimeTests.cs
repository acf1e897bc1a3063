using OrleansAcd.Engine;
using OrleansAcd.Streams;
using Xunit;

namespace OrleansAcd.Tests.Unit.Streams;

/// <summary>Streams in virtual time: retries go by its clock, handlers run on its thread, runs repeat.</summary>
public sealed class StreamsInVirtualTimeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    private readonly VirtualTime _time = new(7);

    [Fact]
    public void AFailingHandlerGetsTheSameMessageAgainAfterDoublingDelays()
    {
        var bus = BusIn(_time);
        var tries = new List<(double Seconds, int Number)>();
        var options = new SubscriptionOptions<Event>
        {
            RetryDelay = TimeSpan.FromSeconds(1),
            RetryDelayMax = TimeSpan.FromSeconds(3),
        };
        bus.Subscribe<Event>("s", Hear, options);
        _time.Run(() => PublishAsync(bus, 2), Limit);
        _time.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal([(0, 0), (1, 0), (3, 0), (6, 0), (6, 1)], tries);
        var counters = bus.ReadCounters();
        Assert.Equal((2, 3, 0), (counters.Delivered, counters.Retried, counters.GivenUp));

        ValueTask Hear(Event e, CancellationToken token)
        {
            tries.Add((_time.TimeProvider.Elapsed.TotalSeconds, e.Number));
            return tries.Count < 4 ? throw new InvalidOperationException("not yet") : ValueTask.CompletedTask;
        }
    }

    [Fact]
    public void AMessageThatAlwaysFailsIsReportedAndTheNextFollows()
    {
        var givenUp = new List<string>();
        var heard = new List<int>();
        var bus = BusIn(_time, (stream, message, error) => givenUp.Add($"{stream} {message} {error.Message}"));
        bus.Subscribe<Event>("s", Hear, new SubscriptionOptions<Event> { RetriesMax = 2 });
        _time.Run(() => PublishAsync(bus, 2), Limit);
        _time.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal([0, 0, 0, 1], heard);
        Assert.Equal(["s Event { Key = k0, Number = 0 } never"], givenUp);
        var counters = bus.ReadCounters();
        Assert.Equal((1, 2, 1, 0), (counters.Delivered, counters.Retried, counters.GivenUp, counters.Pending));

        ValueTask Hear(Event e, CancellationToken token)
        {
            heard.Add(e.Number);
            return e.Number == 0 ? throw new InvalidOperationException("never") : ValueTask.CompletedTask;
        }
    }

    [Fact]
    public void HandlersAndWaitingPublishersStayOnTheThreadOfVirtualTime()
    {
        var bus = BusIn(_time);
        var threads = new HashSet<int>();
        bus.Subscribe<Event>("s", HearAsync, new SubscriptionOptions<Event> { PendingMax = 2, Key = e => e.Key });
        _time.Run(() => PublishAsync(bus, 100), Limit);
        Assert.True(_time.RunUntil(() => bus.ReadCounters().Delivered == 100, Limit));
        Assert.Equal([Environment.CurrentManagedThreadId], threads);

        async ValueTask HearAsync(Event e, CancellationToken token)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _time.TimeProvider, token);
            threads.Add(Environment.CurrentManagedThreadId);
        }
    }

    [Fact]
    public void TheSameSeedHandlesInTheSameOrder()
    {
        Assert.Equal(OrderOf(3), OrderOf(3));
        Assert.Equal(OrderOf(3).Order(), OrderOf(4).Order());
    }

    [Fact]
    public void ASubscriptionEndsInVirtualTime()
    {
        var bus = BusIn(_time);
        var subscription = bus.Subscribe<Event>(
            "s", async (_, token) => await Task.Delay(TimeSpan.FromHours(9), _time.TimeProvider, token));
        _time.Run(() => PublishAsync(bus, 3), Limit);
        _time.RunUntilIdle();
        _time.Run(() => subscription.DisposeAsync().AsTask(), Limit);
        Assert.Equal((3, 0), (bus.ReadCounters().Abandoned, bus.ReadCounters().Pending));
    }

    private static List<int> OrderOf(int seed)
    {
        var time = new VirtualTime(seed);
        var bus = BusIn(time);
        var heard = new List<int>();
        bus.Subscribe<Event>("s", HearAsync, new SubscriptionOptions<Event> { Key = e => e.Key, ConcurrencyMax = 8 });
        time.Run(() => PublishAsync(bus, 200), Limit);
        Assert.True(time.RunUntil(() => heard.Count == 200, Limit));
        return heard;

        async ValueTask HearAsync(Event e, CancellationToken token)
        {
            await Task.Yield();
            heard.Add(e.Number);
        }
    }

    private static async Task PublishAsync(LocalStreamBus bus, int count)
    {
        for (var i = 0; i < count; i++) await bus.PublishAsync("s", new Event("k" + (i % 10), i));
    }

    private static LocalStreamBus BusIn(VirtualTime time, Action<string, object, Exception>? gaveUp = null) =>
        new(new StreamBusOptions { TimeProvider = time.TimeProvider, Scheduler = time.Scheduler, GaveUp = gaveUp });
}
