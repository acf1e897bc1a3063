using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>What happens to a call. Written to the journal as JSON; stepping them again gives the same
/// decisions.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Offered), "offered")]
[JsonDerivedType(typeof(Media), "media")]
[JsonDerivedType(typeof(Assigned), "assigned")]
[JsonDerivedType(typeof(Overflowed), "overflowed")]
[JsonDerivedType(typeof(QueueGone), "queue-gone")]
[JsonDerivedType(typeof(Verified), "verified")]
[JsonDerivedType(typeof(Voided), "voided")]
[JsonDerivedType(typeof(HangupAsked), "hangup-asked")]
[JsonDerivedType(typeof(Controlled), "controlled")]
[JsonDerivedType(typeof(Summoned), "summoned")]
[JsonDerivedType(typeof(HandOverAsked), "hand-over-asked")]
[JsonDerivedType(typeof(HandedOver), "handed-over")]
[JsonDerivedType(typeof(Tick), "tick")]
public abstract record CallEvent
{
    /// <summary>A new call, and where its number leads; null: nobody configured it.</summary>
    public sealed record Offered(LegOffered Leg, QueueRoute? Route) : CallEvent
    {
        /// <summary>Whom the caller wants past the queues; null: nobody.</summary>
        public DialTarget? Target { get; init; }
    }

    /// <summary>Any other event of the media node.</summary>
    public sealed record Media(MediaEvent Event) : CallEvent
    {
        /// <summary>Of a LegReferred: where it leads; null: nowhere.</summary>
        public DialTarget? Target { get; init; }
    }

    public sealed record Assigned(Assignment Assignment) : CallEvent
    {
        /// <summary>What the centre says of the agent.</summary>
        public RecordingRule Recording { get; init; } = RecordingRule.Never;

        public EncryptionPolicy Encryption { get; init; }
    }

    /// <summary>The queue has let the call go; null: the other queue is not there.</summary>
    public sealed record Overflowed(QueueId From, QueueRoute? To) : CallEvent;

    /// <summary>The centre has dropped the queue; null: the call's number leads nowhere now.</summary>
    public sealed record QueueGone(QueueId From, QueueRoute? To) : CallEvent;

    public sealed record Verified(Reservation Reservation) : CallEvent;

    public sealed record Voided(Reservation Reservation) : CallEvent;

    public sealed record HangupAsked(string By) : CallEvent;

    /// <summary>Somebody wants something done with the call.</summary>
    public sealed record Controlled(CallControl Control) : CallEvent
    {
        /// <summary>Where a transfer leads; null: nowhere.</summary>
        public DialTarget? Target { get; init; }

        /// <summary>What the supervisor may do in the call's queue; empty: nothing.</summary>
        public ImmutableArray<SupervisionMode> May { get; init; } = [];
    }

    public sealed record Summoned(SummonsAnswer Answer) : CallEvent;

    public sealed record HandOverAsked(HandOver Request) : CallEvent;

    public sealed record HandedOver(HandOverAnswer Answer) : CallEvent;

    public sealed record Tick : CallEvent;
}

/// <summary>What a Call machine wants done. Each may be repeated.</summary>
public abstract record CallEffect
{
    public sealed record Send(MediaCommand Command) : CallEffect;

    public sealed record Enqueue(Ticket Ticket) : CallEffect;

    public sealed record LeaveQueue(QueueId Queue, QueueOutcome Outcome) : CallEffect;

    public sealed record OfferFailed(Reservation Reservation, OfferFailure Failure) : CallEffect;

    public sealed record AgentRinging(Reservation Reservation) : CallEffect;

    public sealed record ConfirmAgent(Reservation Reservation) : CallEffect;

    public sealed record ReleaseAgent(Reservation Reservation, ReleaseReason Reason) : CallEffect;

    /// <summary>Asks an agent to come, past the queues.</summary>
    public sealed record Summon(Summons Summons) : CallEffect;

    /// <summary>The agent's reservation is this call's from now on.</summary>
    public sealed record MoveAgent(Reservation Reservation, LegId Leg) : CallEffect;

    public sealed record AskHandOver(HandOver Request) : CallEffect;

    public sealed record GiveHandOver(HandOverAnswer Answer) : CallEffect;

    public sealed record Report(AgentId Supervisor, WatchReport Told) : CallEffect;

    /// <summary>Whether the agent is shown that a supervisor listens.</summary>
    public sealed record Monitored(Reservation Reservation, bool Shown) : CallEffect;

    /// <summary>A conversation is over: its agent and queue count it.</summary>
    public sealed record CountTalk(CallSegment Segment) : CallEffect;

    /// <summary>For the event feed: <c>queued</c> becomes <c>acd.call.queued.v1</c>.</summary>
    public sealed record Show(string What) : CallEffect;

    /// <summary>The record is complete.</summary>
    public sealed record Complete : CallEffect;
}

/// <summary>The outcome of one step.</summary>
/// <param name="Entries">What the timeline gained; with any, the event belongs into the journal.</param>
public readonly record struct CallTransition(
    CallState Next, ImmutableArray<CallEffect> Effects, ImmutableArray<TimelineEntry> Entries)
{
    /// <summary>The answer to a control; null for other events.</summary>
    public ControlAnswer? Answer { get; init; }
}
