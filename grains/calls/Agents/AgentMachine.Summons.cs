using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>Calls that come past the queues, and supervisors who want to hear of the agent's calls. The agent stays the
/// only arbiter of its capacity.</summary>
public static partial class AgentMachine
{
    private static void Come(AgentWork work, Summons summons)
    {
        var s = work.State;
        if (s.Current is { } held && held.Call == summons.Call)
        {
            // Asked again: the first answer was lost.
            Answer(work, summons, held, "");
            return;
        }

        if (WhyNotComing(s, summons.Kind) is { } why)
        {
            Answer(work, summons, null, why);
            return;
        }

        var reservation = new Reservation(
            summons.Agent, summons.Call, summons.Queue, work.NextEpoch(s.LastEpoch),
            work.Now + summons.RingTimeout + ReservationMargin, summons.WrapUp);
        Hold(work, reservation, Presence.Reserved);
        Answer(work, summons, reservation, "");
    }

    private static string? WhyNotComing(AgentState s, SummonsKind kind) => s switch
    {
        { Definition: null } => "the centre knows no such agent",
        { HasPhone: false } when kind != SummonsKind.Engage => "the agent has no phone",
        { Presence: Presence.Ready } => null,
        { IsBusy: true } => "the agent is busy",
        { SettleUntil: not null } => "the agent is starting",
        _ when kind != SummonsKind.Transfer => null,
        { Presence: Presence.LoggedOut } => "the agent is logged out",
        _ => "the agent is not ready",
    };

    private static void Answer(AgentWork work, Summons summons, Reservation? reservation, string refused)
    {
        var phone = reservation is null
            ? null
            : new AgentPhone(
                work.State.Definition?.Display ?? summons.Agent.Value, [.. AgentPhones.All(work.State.Phones)]);
        work.Add(new AgentEffect.AnswerSummons(new SummonsAnswer(
            summons.Call, summons.Leg, summons.Agent, reservation, phone, refused)));
    }

    /// <summary>The conversation goes on in another call: one reservation becomes the other in one step, so that no
    /// queue can come between.</summary>
    private static void Move(AgentWork work, AgentEvent.Moved moved)
    {
        var s = work.State;
        var old = moved.Reservation;
        var isDone = s.Current is { } now && now.Call == moved.Call;
        if (!isDone && !IsCurrent(s, old))
        {
            work.Add(new AgentEffect.AnswerSummons(new SummonsAnswer(
                moved.Call, moved.Leg, old.Agent, null, null, "the reservation was over")));
            return;
        }

        if (!isDone)
        {
            var epoch = work.NextEpoch(s.LastEpoch);
            work.State = s with
            {
                Current = old with { Call = moved.Call, Epoch = epoch }, LastEpoch = epoch, ClosedEpoch = old.Epoch,
                LeaseUntil = work.Now + Lease, VerifyAt = work.Now + VerifyInterval,
            };
        }

        work.Add(new AgentEffect.AnswerSummons(new SummonsAnswer(
            moved.Call, moved.Leg, old.Agent, work.State.Current, null, "")));
    }

    private static void SetMonitored(AgentWork work, AgentEvent.Monitored monitored)
    {
        if (!IsCurrent(work.State, monitored.Reservation) || work.State.Monitored == monitored.Shown) return;

        work.State = work.State with { Monitored = monitored.Shown };
    }

    private static void Count(AgentWork work, CallSegment segment) => work.State = work.State with
    {
        TalkSeconds = work.State.TalkSeconds + segment.TalkSeconds,
        HoldSeconds = work.State.HoldSeconds + segment.HoldSeconds,
    };

    private static void SetWatcher(AgentWork work, AgentEvent.WatchAsked asked)
    {
        var watchers = work.State.Watchers;
        var supervisor = asked.Supervisor.Value;
        if (!asked.Watches)
        {
            if (watchers.ContainsKey(supervisor))
                work.State = work.State with { Watchers = watchers.Remove(supervisor) };
            return;
        }

        foreach (var (gone, until) in watchers)
        {
            if (until <= work.Now) watchers = watchers.Remove(gone);
        }

        if (watchers.Count >= WatchersMax && !watchers.ContainsKey(supervisor)) return;

        work.State = work.State with { Watchers = watchers.SetItem(supervisor, work.Now + WatchLease) };
        Tell(work, supervisor);
    }

    /// <summary>Whoever watches hears when a conversation begins and when it is over.</summary>
    private static void TellWatchers(AgentWork work, AgentState before)
    {
        if (work.State.Watchers.IsEmpty || work.State.Conversation?.Call == before.Conversation?.Call) return;

        foreach (var (supervisor, until) in work.State.Watchers)
        {
            if (until > work.Now) Tell(work, supervisor);
        }
    }

    private static void Tell(AgentWork work, string supervisor)
    {
        var agent = work.State.Definition?.Id ?? work.State.Current?.Agent;
        if (agent is not null)
        {
            work.Add(new AgentEffect.TellWatcher(
                new AgentId(supervisor), agent.Value, work.State.Conversation?.Call));
        }
    }
}
