using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>All that the Agent machine knows. The zero value is logged out and takes no calls.</summary>
public sealed record AgentState
{
    public static readonly AgentState Empty = new();

    /// <summary>Counts changes.</summary>
    public long Version { get; init; }

    /// <summary>The agent as the centre defines it; null: the centre knows no such agent.</summary>
    public AgentDefinition? Definition { get; init; }

    public Presence Presence { get; init; }

    /// <summary>Why NotReady (or LoggedOut); else empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Since when the agent is in this presence.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The wish: logged in, by phone or by API.</summary>
    public bool LoggedIn { get; init; }

    /// <summary>The wish: not ready for this reason; empty: ready.</summary>
    public string NotReadyReason { get; init; } = "";

    /// <summary>The registered phones by the node that told of them.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> Phones { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>>.Empty;

    /// <summary>Raised at every change of readiness; survives a restart because it is never below the clock's
    /// ticks.</summary>
    public long ReadyEpoch { get; init; }

    /// <summary>Start of the idle time; kept over offers that came to nothing, set anew after a handled
    /// contact.</summary>
    public DateTimeOffset ReadySince { get; init; }

    /// <summary>The reservation that holds the agent now.</summary>
    public Reservation? Current { get; init; }

    /// <summary>The highest reservation epoch issued or seen.</summary>
    public long LastEpoch { get; init; }

    /// <summary>Reservations up to here are over.</summary>
    public long ClosedEpoch { get; init; }

    /// <summary>Offers gathered since the agent became ready.</summary>
    public ImmutableArray<AgentOffer> Bids { get; init; } = [];

    /// <summary>When the best of the gathered offers is taken; null: an offer is granted at once.</summary>
    public DateTimeOffset? BidsUntil { get; init; }

    /// <summary>Ready: when to announce again, in case a message was lost.</summary>
    public DateTimeOffset? AnnounceAt { get; init; }

    /// <summary>Talking: when to ask the call next.</summary>
    public DateTimeOffset? VerifyAt { get; init; }

    /// <summary>Reserved, Ringing, Talking: when the agent is released if nothing is heard of the call.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    public DateTimeOffset? WrapUpUntil { get; init; }

    /// <summary>After a restart: how long calls that may be up have time to tell.</summary>
    public DateTimeOffset? SettleUntil { get; init; }

    /// <summary>The next state was asked for while the agent was not free to change.</summary>
    public bool HasNext { get; init; }

    public int CallsHandled { get; init; }

    /// <summary>Of the conversations since the grain was started.</summary>
    public double TalkSeconds { get; init; }

    public double HoldSeconds { get; init; }

    /// <summary>A supervisor listens to the current conversation, and the agent may see it.</summary>
    public bool Monitored { get; init; }

    /// <summary>Supervisors that are told of the agent's calls, until when.</summary>
    public ImmutableSortedDictionary<string, DateTimeOffset> Watchers { get; init; } =
        ImmutableSortedDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    /// <summary>The queues that were told about the agent last.</summary>
    public ImmutableArray<QueueId> Queues { get; init; } = [];

    public bool HasPhone => !Phones.IsEmpty;

    /// <summary>With a call, or in what follows it.</summary>
    public bool IsBusy => Presence is Presence.Reserved or Presence.Ringing or Presence.Talking or Presence.WrapUp;

    /// <summary>The conversation, if the agent is in one.</summary>
    public Reservation? Conversation => Presence == Presence.Talking ? Current : null;

    /// <summary>The one instant at which the machine wants a Tick.</summary>
    public DateTimeOffset? Deadline => Earliest.Of(
        BidsUntil, AnnounceAt, VerifyAt, LeaseUntil, WrapUpUntil, SettleUntil, PhoneExpiry);

    private DateTimeOffset? PhoneExpiry
    {
        get
        {
            DateTimeOffset? first = null;
            foreach (var contacts in Phones.Values)
            {
                foreach (var contact in contacts)
                {
                    if (first is null || contact.ExpiresAt < first) first = contact.ExpiresAt;
                }
            }

            return first + AgentMachine.PhoneGrace;
        }
    }
}
