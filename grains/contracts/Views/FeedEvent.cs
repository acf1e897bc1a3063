using System.Text.Json;
using Orleans;

namespace OrleansAcd.Contracts.Views;

/// <summary>What happened in the centre, for the event feed: a CloudEvents 1.0 event without its envelope.</summary>
/// <param name="Type">E.g. <c>acd.call.queued.v1</c>.</param>
/// <param name="Subject">The call, agent or queue: <c>call/ID</c>, <c>agent/ID</c>, <c>queue/ID</c>.</param>
/// <param name="Sequence">Counts the subject's events, from 1, without gaps: a receiver sees what it missed.</param>
/// <param name="Data">JSON.</param>
[GenerateSerializer, Immutable, Alias("acd.FeedEvent")]
public sealed record FeedEvent(string Type, string Subject, long Sequence, DateTimeOffset Time, string Data)
{
    /// <summary>The stream that carries all feed events.</summary>
    public const string Stream = "feed";

    /// <summary>How data is written: camelCase, enums as kebab-case words, durations as seconds.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters =
        {
            new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower),
            new SecondsJson(),
        },
    };
}
