using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>Parties, the stretches of the call and what they count.</summary>
internal sealed partial class CallWork
{
    public void Put(CallParty party)
    {
        for (var i = 0; i < State.Parties.Length; i++)
        {
            if (State.Parties[i].Leg != party.Leg) continue;

            State = State with { Parties = State.Parties.SetItem(i, party) };
            return;
        }

        State = State with { Parties = State.Parties.Add(party) };
    }

    /// <summary>The party's leg is no more, or is left alone.</summary>
    public void Drop(CallParty party, LegQuality? quality = null)
    {
        var past = State.PastLegs.Count >= CallMachine.PartiesMax ? State.PastLegs.RemoveAt(1) : State.PastLegs;
        State = State with
        {
            Parties = State.Parties.RemoveAll(p => p.Leg == party.Leg),
            PastLegs = past.Add(CallViews.LegOf(party, quality ?? party.Quality) with { State = "ended" }),
        };
    }

    public LegId NextLeg()
    {
        State = State with { LastLeg = State.LastLeg + 1 };
        return new LegId(State.LastLeg);
    }

    public void Release(Reservation? reservation, ReleaseReason reason)
    {
        if (reservation is not null) Add(new CallEffect.ReleaseAgent(reservation, reason));
    }

    public void BeginSegment(QueueId? queue, AgentId? agent, string target)
    {
        var segments = State.Segments.Count >= CallMachine.SegmentsMax ? State.Segments.RemoveAt(1) : State.Segments;
        var segment = new CallSegment(
            State.LastSegment + 1, queue, agent, target, Now, null, null, 0, 0, QueueOutcome.None);
        State = State with
        {
            LastSegment = segment.Number, Segments = segments.Add(segment), CountedUntil = Now,
        };
    }

    /// <summary>Somebody talks to the caller from now on.</summary>
    public void AnswerSegment(AgentId? agent)
    {
        if (State.OpenSegment is not { AnsweredAt: null } open) return;

        Replace(open with { Agent = agent, AnsweredAt = Now });
        State = State with { CountedUntil = Now };
    }

    public void EndSegment(QueueOutcome outcome)
    {
        CountTime();
        if (State.OpenSegment is not { } open) return;

        var ended = open with { EndedAt = Now, Outcome = outcome };
        Replace(ended);
        if (ended.AnsweredAt is not null) Add(new CallEffect.CountTalk(ended));
    }

    /// <summary>Adds the time since the last count to talk or hold, as the caller was served until now.</summary>
    public void CountTime()
    {
        if (State.Phase != CallPhase.Talking || State.CountedUntil >= Now) return;
        if (State.OpenSegment is not { AnsweredAt: not null } open) return;

        var seconds = (Now - State.CountedUntil).TotalSeconds;
        var isHold = State.MusicTo.Contains(LegId.Caller);
        Replace(isHold
            ? open with { HoldSeconds = open.HoldSeconds + seconds }
            : open with { TalkSeconds = open.TalkSeconds + seconds });
        State = State with { CountedUntil = Now };
    }

    private void Replace(CallSegment segment) =>
        State = State with { Segments = State.Segments.SetItem(State.Segments.Count - 1, segment) };
}
