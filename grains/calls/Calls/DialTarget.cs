using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>Where a transfer, a consultation or a direct call goes: exactly one of agent, queue and trunk. Stored with
/// the call's events, so that a replay decides alike.</summary>
/// <param name="Text">As somebody wrote it.</param>
/// <param name="Display">How it is shown: a name, or the number.</param>
/// <param name="Trunk">The trunk that serves the number.</param>
/// <param name="Uri">Of the number behind the trunk.</param>
public sealed record DialTarget(
    string Text, string Display, AgentId? Agent, QueueRoute? Queue, string? Trunk, string? Uri,
    EncryptionPolicy Encryption, string Realm)
{
    private const string AgentPrefix = "agent/";
    private const string QueuePrefix = "queue/";

    /// <summary>What is recorded of an agent's conversations.</summary>
    public RecordingRule Recording { get; init; } = RecordingRule.Never;

    /// <summary>An agent or queue with its prefix; else a number of the centre, an agent, a queue, a number that a
    /// trunk serves, in this order; null: nothing of all that.</summary>
    public static DialTarget? Of(CentreIndex centre, string text)
    {
        if (text.StartsWith(AgentPrefix, StringComparison.Ordinal))
            return OfAgent(centre, text, new AgentId(text[AgentPrefix.Length..]));
        if (text.StartsWith(QueuePrefix, StringComparison.Ordinal))
            return OfQueue(centre, text, new QueueId(text[QueuePrefix.Length..]));

        return OfNumber(centre, text) ?? OfAgent(centre, text, new AgentId(text))
            ?? OfQueue(centre, text, new QueueId(text)) ?? OfTrunk(centre, text);
    }

    /// <summary>Whom a dialled number reaches without a queue: a number that is an agent's own; for the phone of an
    /// agent also an agent's id, or a number that a trunk serves.</summary>
    public static DialTarget? Direct(CentreIndex centre, LegOffered leg)
    {
        var number = centre.FindNumber(leg.Dialled);
        if (number is not null) return number.Agent is { } own ? OfAgent(centre, leg.Dialled, own) : null;
        if (leg.Account is null) return null;

        return OfAgent(centre, leg.Dialled, new AgentId(leg.Dialled)) ?? OfTrunk(centre, leg.Dialled);
    }

    /// <summary>For a redirection (RFC 3261 section 21.3.3): an address at this centre, or the number behind the
    /// trunk.</summary>
    public string ContactUri => Uri ?? $"sip:{Agent?.Value ?? Queue?.Queue.Value}@{Realm}";

    private static DialTarget? OfNumber(CentreIndex centre, string text) => centre.FindNumber(text) switch
    {
        null => null,
        { Agent: { } agent } => OfAgent(centre, text, agent),
        var number => OfQueue(centre, text, number.Queue),
    };

    private static DialTarget? OfAgent(CentreIndex centre, string text, AgentId id) =>
        centre.FindAgent(id) is { } agent
            ? new DialTarget(text, agent.Display, id, null, null, null,
                agent.Account?.Encryption ?? EncryptionPolicy.Prefer, centre.Centre.Realm)
            {
                Recording = agent.Recording,
            }
            : null;

    private static DialTarget? OfQueue(CentreIndex centre, string text, QueueId id) =>
        QueueRoute.OfQueue(centre, id) is { } route
            ? new DialTarget(text, route.Display, null, route, null, null, EncryptionPolicy.Prefer, centre.Centre.Realm)
            : null;

    private static DialTarget? OfTrunk(CentreIndex centre, string text) => centre.FindTrunk(text) is { } trunk
        ? new DialTarget(text, text, null, null, trunk.Settings.Id, UriOf(trunk.Settings.Uri, text),
            trunk.Settings.Encryption, centre.Centre.Realm)
        : null;

    /// <summary><c>sip:host;transport=tls</c> and a number: <c>sip:number@host;transport=tls</c>.</summary>
    private static string UriOf(string server, string number)
    {
        var colon = server.IndexOf(':', StringComparison.Ordinal) + 1;
        return $"{server[..colon]}{number}@{server[colon..]}";
    }
}
