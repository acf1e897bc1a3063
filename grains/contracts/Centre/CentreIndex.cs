using System.Collections.Frozen;

namespace OrleansAcd.Contracts.Centre;

/// <summary>A centre with its parts found by name. Immutable; made once for each version.</summary>
public sealed class CentreIndex(Centre centre)
{
    public static readonly CentreIndex Empty = new(Centre.Empty);

    private readonly FrozenDictionary<string, NumberEntry> _numbers =
        centre.Numbers.ToFrozenDictionary(n => n.Number, StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<QueueId, QueueDefinition> _queues = centre.Queues.ToFrozenDictionary(q => q.Id);

    private readonly FrozenDictionary<AgentId, AgentDefinition> _agents = centre.Agents.ToFrozenDictionary(a => a.Id);

    public Centre Centre { get; } = centre;

    public NumberEntry? FindNumber(string dialled) => _numbers.GetValueOrDefault(dialled);

    public QueueDefinition? FindQueue(QueueId id) => _queues.GetValueOrDefault(id);

    public AgentDefinition? FindAgent(AgentId id) => _agents.GetValueOrDefault(id);

    /// <summary>The first trunk that serves a number; null: none does.</summary>
    public TrunkDefinition? FindTrunk(string number)
    {
        foreach (var trunk in Centre.Trunks)
        {
            if (trunk.Serves(number)) return trunk;
        }

        return null;
    }
}
