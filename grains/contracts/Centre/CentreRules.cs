using System.Collections.Immutable;
using Orleans;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Contracts.Centre;

/// <summary>When conversations are recorded. The stronger of the queue's and the agent's policy holds.</summary>
public enum RecordingPolicy
{
    /// <summary>Not even on demand.</summary>
    Never,

    /// <summary>When somebody asks for it during the call.</summary>
    OnDemand,

    /// <summary>From the moment an agent answers.</summary>
    Always,
}

/// <summary>How the calls of a queue or an agent are recorded.</summary>
/// <param name="Announce">Prompt that the caller hears when recording begins; null: silently.</param>
/// <param name="SipRecServer">SIP URI of an external recorder (RFC 7866) that gets a copy; null: none.</param>
[GenerateSerializer, Immutable, Alias("acd.RecordingRule")]
public sealed record RecordingRule(
    RecordingPolicy Policy, RecordingFormat Format = RecordingFormat.Wav, string? Announce = null,
    string? SipRecServer = null)
{
    public static readonly RecordingRule Never = new(RecordingPolicy.Never);
}

/// <summary>What a supervisor does in a call (design section 5).</summary>
public enum SupervisionMode
{
    /// <summary>Hears all, is heard by nobody.</summary>
    Monitor,

    /// <summary>The agent alone hears the supervisor.</summary>
    Whisper,

    /// <summary>Everybody hears the supervisor.</summary>
    Barge,

    /// <summary>The supervisor talks in the agent's place.</summary>
    TakeOver,
}

/// <summary>What a supervisor may do in the calls of one queue.</summary>
[GenerateSerializer, Immutable, Alias("acd.SupervisionRight")]
public sealed record SupervisionRight(QueueId Queue, ImmutableArray<SupervisionMode> May);

/// <summary>A trunk, and the numbers that are dialled through it.</summary>
/// <param name="Numbers">A number each, or the beginning of numbers with a final <c>*</c>: <c>+1*</c>.</param>
[GenerateSerializer, Immutable, Alias("acd.TrunkDefinition")]
public sealed record TrunkDefinition(TrunkSettings Settings, ImmutableArray<string> Numbers)
{
    public bool Serves(string number)
    {
        foreach (var pattern in Numbers)
        {
            var matches = pattern.EndsWith('*')
                ? number.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
                : number == pattern;
            if (matches) return true;
        }

        return false;
    }
}
