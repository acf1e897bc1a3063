using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Actors;

/// <summary>What the feed says of a call: no numbers of callers.</summary>
public sealed record CallFeedData(
    CallId Call, string State, string Number, QueueId? Queue, AgentId? Agent, DateTimeOffset StartedAt,
    DateTimeOffset? EnqueuedAt, DateTimeOffset? AnsweredAt, DateTimeOffset? EndedAt, QueueOutcome Outcome,
    string EndedBy, int Offers, ImmutableArray<CallSign> Signs);

/// <summary>The data of feed events: source-generated, written as <see cref="FeedEvent.Json"/> says.</summary>
[JsonSerializable(typeof(CallFeedData))]
[JsonSerializable(typeof(AgentView))]
[JsonSerializable(typeof(QueueView))]
[JsonSerializable(typeof(SupervisorView))]
internal sealed partial class FeedJson : JsonSerializerContext
{
    private static readonly FeedJson Writer = new(new JsonSerializerOptions(FeedEvent.Json));

    public static string Of(CallState s) => JsonSerializer.Serialize(
        new CallFeedData(
            s.Id, CallViews.StateName(s.Phase), s.Number, s.Route?.Queue, s.Agent, s.StartedAt, s.EnqueuedAt,
            s.AnsweredAt, s.EndedAt, s.Outcome, s.EndedBy, s.Offers, CallViews.SignsOf(s)),
        Writer.CallFeedData);

    public static string Of(AgentView view) => JsonSerializer.Serialize(view, Writer.AgentView);

    public static string Of(SupervisorView view) => JsonSerializer.Serialize(view, Writer.SupervisorView);

    public static string Of(QueueView view) => JsonSerializer.Serialize(view, Writer.QueueView);
}
