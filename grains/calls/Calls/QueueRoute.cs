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
    public RecordingRule Recording { get; init; } = RecordingRule.Never;

    /// <summary>The agent sees that a supervisor listens.</summary>
    public bool MonitoringVisible { get; init; }

    /// <summary>Where a fax machine's call goes; null: nobody listens for one.</summary>
    public QueueRoute? Fax { get; init; }

    /// <summary>The queue of a dialled number; null: nobody configured it, or it is an agent's.</summary>
    public static QueueRoute? OfNumber(CentreIndex centre, string dialled) =>
        centre.FindNumber(dialled) is { Agent: null } number ? OfQueue(centre, number.Queue) : null;

    public static QueueRoute? OfQueue(CentreIndex centre, QueueId id) => centre.FindQueue(id) is { } q
        ? Of(centre, q) with
        {
            Fax = q.Fax is { } fax && centre.FindQueue(fax) is { } faxes ? Of(centre, faxes) : null,
        }
        : null;

    private static QueueRoute Of(CentreIndex centre, QueueDefinition q) => new(
        q.Id, q.Display, q.Priority, q.Greeting, q.Music, q.ShowCaller, q.ShortAbandon, centre.Centre.Realm)
    {
        Recording = q.Recording, MonitoringVisible = q.MonitoringVisible,
    };
}
