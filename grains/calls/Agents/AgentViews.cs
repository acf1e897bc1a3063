using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>An agent as people see it.</summary>
public static class AgentViews
{
    public static AgentView Of(AgentId id, AgentState s) => new(
        id, s.Definition?.Display ?? id.Value, s.Presence, s.Reason, s.Since, s.Current?.Call,
        s.Current is { Queue.Value: { Length: > 0 } } current ? current.Queue : null,
        s.Definition?.Queues ?? [], s.Phones.Values.Sum(contacts => contacts.Length), AgentMachine.NextOf(s),
        s.CallsHandled, s.Version)
    {
        Monitored = s.Monitored, TalkSeconds = s.TalkSeconds, HoldSeconds = s.HoldSeconds,
    };
}
