using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Routing;

namespace OrleansAcd.Calls;

/// <summary>A queue as people see it.</summary>
public static class QueueViews
{
    /// <summary>So many calls of the line are shown.</summary>
    public const int LineMax = 100;

    public static QueueView Of(QueueId id, QueueState s, DateTimeOffset now, int lineMax = LineMax)
    {
        var rules = s.Definition ?? QueueMachine.DefaultDefinition;
        var oldest = s.Line.OldestEnqueuedAt();
        var isToday = s.Day == DateOnly.FromDateTime(now.UtcDateTime);
        var today = isToday ? s.Today : IntervalStatistics.Empty;
        var talk = isToday ? s.Talk : default;
        var within = today.Within(rules.ServiceLevel.Within);
        return new QueueView(
            id, s.Definition?.Display ?? id.Value, s.Line.Count, oldest,
            s.Line.CountBefore(now - rules.ServiceLevel.Within), s.Members.Count, s.Counts.Ready, s.Counts.Ringing,
            s.Counts.Talking, s.Counts.WrapUp, s.Counts.NotReady, today.Offered, today.Answered, within.AnsweredWithin,
            today.Abandoned, today.ShortAbandoned, today.FlowedOut, ServiceLevel.Of(within), rules.ServiceLevel.Target,
            rules.ServiceLevel.Within, today.Asa()?.TotalSeconds, (now - oldest)?.TotalSeconds, Line(s, lineMax))
        {
            TalkSeconds = talk.TalkSeconds, HoldSeconds = talk.HoldSeconds, Handled = talk.Handled,
        };
    }

    private static ImmutableArray<WaitingCall> Line(QueueState s, int max)
    {
        var line = ImmutableArray.CreateBuilder<WaitingCall>(Math.Min(max, s.Line.Count));
        foreach (var rank in s.Line.InOrder())
        {
            if (line.Count == max) break;
            var offered = s.Offers.GetValueOrDefault(rank.Call)?.Offer.Agent;
            line.Add(new WaitingCall(rank.Call, rank.EnqueuedAt, rank.Priority, line.Count + 1, offered));
        }

        return line.ToImmutable();
    }
}
