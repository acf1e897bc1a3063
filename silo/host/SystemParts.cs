using OrleansAcd.Contracts.Views;
using OrleansAcd.Storage;
using OrleansAcd.Streams;

namespace OrleansAcd.Silo;

/// <summary>Storage's counters, for <c>/v1/system</c>.</summary>
internal sealed class StoragePart(AcdStorage storage) : ISystemPart
{
    public string Name => "storage";

    public Task<SystemPartView> Read(CancellationToken cancellation)
    {
        var status = storage.Status;
        return Task.FromResult(new SystemPartView(
            new Dictionary<string, long>
            {
                ["backlog"] = status.Backlog,
                ["backlogBytes"] = status.BacklogBytes,
                ["dropped"] = status.Dropped,
                ["commits"] = status.Commits,
                ["written"] = status.Written,
            },
            status.Trouble));
    }
}

/// <summary>The counters of the streams within the process.</summary>
internal sealed class StreamsPart(LocalStreamBus bus) : ISystemPart
{
    public string Name => "streams";

    public Task<SystemPartView> Read(CancellationToken cancellation)
    {
        var counters = bus.ReadCounters();
        return Task.FromResult(new SystemPartView(new Dictionary<string, long>
        {
            ["published"] = counters.Published,
            ["unheard"] = counters.Unheard,
            ["refused"] = counters.Refused,
            ["delivered"] = counters.Delivered,
            ["retried"] = counters.Retried,
            ["givenUp"] = counters.GivenUp,
            ["abandoned"] = counters.Abandoned,
            ["pending"] = counters.Pending,
        }));
    }
}
