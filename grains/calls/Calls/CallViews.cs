using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
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
            s.AnsweredAt, s.EndedAt, s.Outcome, s.EndedBy, s.Offers,
            (waitEnd - (s.WaitsSince ?? s.EnqueuedAt))?.TotalSeconds, hasTalked ? talked.TotalSeconds : null,
            [.. s.Timeline])
        {
            Segments = [.. s.Segments.Select(x => AsOf(s, x, now))],
            Legs =
            [
                .. s.PastLegs.Where(l => l.Mode is null || ShowsSupervisors(s)),
                .. s.Parties.Where(p => p.Role != PartyRole.Supervisor || ShowsSupervisors(s))
                    .Select(p => LegOf(p, p.Quality)),
            ],
            Recordings = [.. s.Recorded],
            IsRecording = s.Recording is { Paused: false }, Signs = SignsOf(s),
        };
    }

    public static CallLegView LegOf(CallParty p, LegQuality? quality) => new(
        p.Leg.Value, RoleName(p.Role), PartyStateName(p.State), p.Agent,
        p.Role == PartyRole.Supervisor ? p.Mode : null, p.Muted, p.OnHold || p.HeldByPhone, quality);

    public static ImmutableArray<CallSign> SignsOf(CallState s)
    {
        if (s.Phase != CallPhase.Talking) return [];

        var signs = ImmutableArray.CreateBuilder<CallSign>();
        void Add(bool isSo, CallSign sign)
        {
            if (isSo) signs.Add(sign);
        }

        Add(s.Recording is { Paused: false }, CallSign.Recording);
        Add(s.Recording is { Paused: true }, CallSign.RecordingPaused);
        Add(s.MusicTo.Contains(LegId.Caller), CallSign.OnHold);
        Add(s.Consultation is not null, CallSign.Consulting);
        Add(s.Transfer is not null || s.Handing is not null, CallSign.Transferring);
        Add(s.Parties.Count(p => p.IsUp && p.Role is not (PartyRole.Supervisor or PartyRole.Consulted)) > 2,
            CallSign.Conference);
        Add(ShowsSupervisors(s) && s.Parties.Any(p => p.IsUp && p.IsWatching), CallSign.Monitored);
        return signs.DrainToImmutable();
    }

    /// <summary>The queue lets it be seen that somebody listens.</summary>
    private static bool ShowsSupervisors(CallState s) => s.Route?.MonitoringVisible == true;

    /// <summary>The open stretch counts up to now.</summary>
    private static CallSegment AsOf(CallState s, CallSegment x, DateTimeOffset now)
    {
        if (x is { EndedAt: not null } or { AnsweredAt: null } || s.Phase != CallPhase.Talking) return x;

        var seconds = Math.Max(0, (now - s.CountedUntil).TotalSeconds);
        return s.MusicTo.Contains(LegId.Caller)
            ? x with { HoldSeconds = x.HoldSeconds + seconds }
            : x with { TalkSeconds = x.TalkSeconds + seconds };
    }

    private static string RoleName(PartyRole role) => role switch
    {
        PartyRole.Caller => "caller",
        PartyRole.Agent => "agent",
        PartyRole.Consulted => "consulted",
        PartyRole.Supervisor => "supervisor",
        _ => "guest",
    };

    private static string PartyStateName(PartyState state) => state switch
    {
        PartyState.Asked => "asked",
        PartyState.Offered => "offered",
        PartyState.Dialling => "dialling",
        PartyState.Ringing => "ringing",
        PartyState.Up => "up",
        _ => "leaving",
    };

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
