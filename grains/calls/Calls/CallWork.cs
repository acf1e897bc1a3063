using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>One step of the Call machine in the making.</summary>
internal sealed class CallWork(CallState state, DateTimeOffset now)
{
    private readonly CallState _before = state;
    private readonly ImmutableArray<CallEffect>.Builder _effects = ImmutableArray.CreateBuilder<CallEffect>();
    private ImmutableArray<TimelineEntry>.Builder? _entries;

    public CallState State { get; set; } = state;

    public DateTimeOffset Now { get; } = now;

    public void Add(CallEffect effect) => _effects.Add(effect);

    public CallTransition Done()
    {
        if (!ReferenceEquals(State, _before)) State = State with { Version = _before.Version + 1 };
        return new CallTransition(State, _effects.DrainToImmutable(), _entries?.DrainToImmutable() ?? []);
    }

    /// <summary>Adds to the timeline; the oldest middle is dropped when it is full, the beginning stays.</summary>
    public void Note(string kind, string detail, AgentId? agent = null, RoutingDecision? decision = null)
    {
        var entry = new TimelineEntry(State.Sequence + 1, Now, kind, detail, agent, decision);
        var timeline = State.Timeline;
        var isFull = timeline.Count >= CallMachine.TimelineMax;
        if (isFull) timeline = timeline.RemoveAt(CallMachine.TimelineMax / 2);
        State = State with
        {
            Sequence = entry.Sequence, Timeline = timeline.Add(entry),
            TimelineDropped = State.TimelineDropped + (isFull ? 1 : 0),
        };
        (_entries ??= ImmutableArray.CreateBuilder<TimelineEntry>()).Add(entry);
    }

    public void Answer() => Send((call, epoch, n) => new Answer(call, epoch, n, LegId.Caller));

    public void Reject(int sipCode) =>
        Send((call, epoch, n) => new Reject(call, epoch, n, LegId.Caller, sipCode, null));

    public void Hangup(LegId leg) => Send((call, epoch, n) => new Hangup(call, epoch, n, leg, 200));

    public void CancelDial(LegId leg) => Send((call, epoch, n) => new CancelDial(call, epoch, n, leg));

    public void StopPlay() => Send((call, epoch, n) => new StopPlay(call, epoch, n, LegId.Caller));

    public void Hear(ImmutableArray<Hearing> matrix) => Send((call, epoch, n) => new Hear(call, epoch, n, matrix));

    public void Play(ImmutableArray<string> prompts, bool loopLast)
    {
        if (prompts.IsEmpty) return;

        var play = new PlayId(State.LastPlay + 1);
        State = State with { LastPlay = play.Value };
        Send((call, epoch, n) => new Play(call, epoch, n, LegId.Caller, play, prompts, loopLast));
    }

    /// <summary>The queue's music, from the start; silence where it has none.</summary>
    public void PlayMusic()
    {
        if (State.Route?.Music is { } music) Play([music], loopLast: true);
    }

    public void Dial(LegId leg, Assignment assignment)
    {
        var timeout = assignment.RingTimeout + CallMachine.DialMargin;
        Send((call, epoch, n) => new Dial(
            call, epoch, n, leg, assignment.Phone.Contacts, CallerAsShown.Of(State), CallerAsShown.Context(State),
            timeout));
    }

    public void Enqueue() => Add(new CallEffect.Enqueue(new Ticket(
        State.Id, State.Route!.Queue, State.EnqueuedAt!.Value, State.Route.Priority, State.Hops)));

    private void Send(Func<CallId, int, long, MediaCommand> make)
    {
        State = State with { SentSequence = State.SentSequence + 1 };
        Add(new CallEffect.Send(make(State.Id, State.Epoch, State.SentSequence)));
    }
}
