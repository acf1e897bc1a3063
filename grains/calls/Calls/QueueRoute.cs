using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Calls;

/// <summary>What a call needs to know of the queue that its number leads to; stored with the call, so that a replay
/// decides alike.</summary>
public sealed record QueueRoute(
    QueueId Queue, string Display, int Priority, string? Greeting, string? Music, bool ShowCaller,
    TimeSpan ShortAbandon,
    string Realm)
{
    /// <summary>The queue of a dialled number; null: nobody configured it.</summary>
    public static QueueRoute? OfNumber(CentreIndex centre, string dialled) =>
        centre.FindNumber(dialled) is { } number ? OfQueue(centre, number.Queue) : null;

    public static QueueRoute? OfQueue(CentreIndex centre, QueueId id) => centre.FindQueue(id) is { } q
        ? new QueueRoute(q.Id, q.Display, q.Priority, q.Greeting, q.Music, q.ShowCaller, q.ShortAbandon,
            centre.Centre.Realm)
        : null;
}
