using System.Collections.Immutable;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Calls;

/// <summary>A call as people see it, and its record.</summary>
public static class CallViews
{
    public static CallView Of(CallState s, DateTimeOffset now)
    {
        var waitEnd = s.AnsweredAt ?? s.EndedAt ?? now;
        var talked = s.TalkedBefore + (s.AnsweredAt is { } answered ? (s.EndedAt ?? now) - answered : TimeSpan.Zero);
        var hasTalked = s.AnsweredAt is not null || s.TalkedBefore > TimeSpan.Zero;
        return new CallView(
            s.Id, StateName(s.Phase), s.Number, Caller(s), s.Route?.Queue, s.Agent, s.StartedAt, s.EnqueuedAt,
            s.AnsweredAt, s.EndedAt, s.Outcome, s.EndedBy, s.Offers, (waitEnd - s.EnqueuedAt)?.TotalSeconds,
            hasTalked ? talked.TotalSeconds : null, [.. s.Timeline]);
    }

    public static string StateName(CallPhase phase) => phase switch
    {
        CallPhase.New => "new",
        CallPhase.Queued => "queued",
        CallPhase.Dialling => "dialling",
        CallPhase.Ringing => "ringing",
        CallPhase.Talking => "talking",
        CallPhase.Closing => "closing",
        _ => "ended",
    };

    private static string Caller(CallState s) =>
        s.Caller.DisplayName.Length == 0 ? s.Caller.Uri : $"\"{s.Caller.DisplayName}\" <{s.Caller.Uri}>";
}
