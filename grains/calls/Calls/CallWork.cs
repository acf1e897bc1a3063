using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>One step of the Call machine in the making.</summary>
internal sealed partial class CallWork(CallState state, DateTimeOffset now)
{
    private readonly CallState _before = state;
    private readonly ImmutableArray<CallEffect>.Builder _effects = ImmutableArray.CreateBuilder<CallEffect>();
    private ImmutableArray<TimelineEntry>.Builder? _entries;

    public CallState State { get; set; } = state;

    public DateTimeOffset Now { get; } = now;

    /// <summary>What whoever asked for a control is told.</summary>
    public ControlAnswer? Reply { get; set; }

    public void Add(CallEffect effect) => _effects.Add(effect);

    public void Show(string what) => Add(new CallEffect.Show(what));

    public CallTransition Done()
    {
        Rewire();
        ShowMonitoring();
        // Commands are numbered: a replay of the journal has to count them too.
        if (_entries is null && State.SentSequence != _before.SentSequence) Note("media", "the media node was told");
        if (!ReferenceEquals(State, _before)) State = State with { Version = _before.Version + 1 };
        return new CallTransition(State, _effects.DrainToImmutable(), _entries?.DrainToImmutable() ?? [])
        {
            Answer = Reply,
        };
    }

    /// <summary>Adds to the timeline; the oldest middle is dropped when it is full, the beginning stays.</summary>
    public void Note(string kind, string detail, AgentId? agent = null, RoutingDecision? decision = null) =>
        Add(new TimelineEntry(State.Sequence + 1, Now, kind, detail, agent, decision));

    /// <summary>Of a supervisor: in the journal, and in the timeline where the queue lets it be seen.</summary>
    public void NoteWatch(string kind, string detail, AgentId supervisor)
    {
        var isHidden = State.Route?.MonitoringVisible != true;
        Add(new TimelineEntry(
            State.Sequence + 1, Now, kind, detail, isHidden ? null : supervisor, null) { IsHidden = isHidden });
    }

    private void Add(TimelineEntry entry)
    {
        State = State with { Sequence = entry.Sequence };
        (_entries ??= ImmutableArray.CreateBuilder<TimelineEntry>()).Add(entry);
        if (entry.IsHidden) return;

        var timeline = State.Timeline;
        var isFull = timeline.Count >= CallMachine.TimelineMax;
        if (isFull) timeline = timeline.RemoveAt(CallMachine.TimelineMax / 2);
        State = State with
        {
            Timeline = timeline.Add(entry), TimelineDropped = State.TimelineDropped + (isFull ? 1 : 0),
        };
    }

    /// <summary>Brings the node's matrix and music to what <see cref="HearingMatrix"/> says now; nothing is sent where
    /// nothing has changed.</summary>
    public void Rewire()
    {
        if (State.Phase is CallPhase.New or CallPhase.Closing or CallPhase.Ended) return;

        var plan = HearingMatrix.Of(State);
        var before = State.MusicTo;
        foreach (var leg in before)
        {
            if (!plan.Music.Contains(leg) && State.Find(leg) is { IsUp: true }) StopPlay(leg);
        }

        if (!plan.Cells.SequenceEqual(State.Heard)) Hear(plan.Cells);
        foreach (var leg in plan.Music)
        {
            if (!before.Contains(leg) && State.Music is { } music) Play(leg, [music], loopLast: true);
        }

        if (!plan.Music.SequenceEqual(before))
        {
            CountTime();
            State = State with { MusicTo = plan.Music };
        }

        if (!plan.Cells.SequenceEqual(State.Heard)) State = State with { Heard = plan.Cells };
    }

    /// <summary>The agents in the call are told whether somebody listens, where the queue lets it be seen; so is one
    /// who comes later.</summary>
    private void ShowMonitoring()
    {
        var isShown = State.Phase == CallPhase.Talking && State.Route?.MonitoringVisible == true
            && State.Parties.Any(p => p.IsUp && p.IsWatching);
        var before = State.MonitorShownTo;
        if (!isShown && before.IsEmpty) return;

        ImmutableArray<CallParty> heard = isShown ? [.. State.Parties.Where(IsListenedTo)] : [];
        foreach (var gone in before)
        {
            if (heard.All(p => p.Agent != gone) && State.Find(gone)?.Reservation is { } held)
                Add(new CallEffect.Monitored(held, false));
        }

        foreach (var party in heard)
        {
            if (!before.Contains(party.Agent!.Value)) Add(new CallEffect.Monitored(party.Reservation!, true));
        }

        if (State.Phase == CallPhase.Talking && heard.IsEmpty != before.IsEmpty)
            Show(heard.IsEmpty ? "unmonitored" : "monitored");
        if (!before.SequenceEqual(heard.Select(p => p.Agent!.Value)))
            State = State with { MonitorShownTo = [.. heard.Select(p => p.Agent!.Value)] };
    }

    /// <summary>In case an agent has missed it, or has restarted.</summary>
    public void ShowMonitoringAgain()
    {
        if (State.Route?.MonitoringVisible != true || State.Phase != CallPhase.Talking) return;

        foreach (var party in State.Parties.Where(IsListenedTo))
        {
            var isShown = State.MonitorShownTo.Contains(party.Agent!.Value);
            Add(new CallEffect.Monitored(party.Reservation!, isShown));
        }
    }

    private static bool IsListenedTo(CallParty p) =>
        p is { IsUp: true, Agent: not null, Reservation: not null, Role: not PartyRole.Supervisor };
}
