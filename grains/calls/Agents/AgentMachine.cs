using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>The Agent machine: the only arbiter of an agent's capacity (design section 7). Pure.</summary>
/// <remarks>Who is free announces itself to its queues; each answers with its best call or none; the best is granted,
/// the others are refused. A reservation that is neither confirmed nor released expires, and a conversation holds a
/// lease that its call renews: an agent can never be stuck.</remarks>
public static partial class AgentMachine
{
    /// <summary>How long an agent that became ready gathers its queues' bids.</summary>
    public static readonly TimeSpan BidTime = TimeSpan.FromMilliseconds(50);

    /// <summary>What a reservation lives beyond the ring timeout.</summary>
    public static readonly TimeSpan ReservationMargin = TimeSpan.FromSeconds(10);

    /// <summary>The agent lets go this much later than the call stops using a reservation: both never
    /// overlap.</summary>
    public static readonly TimeSpan ReservationGrace = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan VerifyInterval = TimeSpan.FromSeconds(30);

    /// <summary>A conversation that nobody confirms for so long is over.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(75);

    /// <summary>A ready agent announces itself again after this, in case a message was lost.</summary>
    public static readonly TimeSpan AnnounceInterval = TimeSpan.FromSeconds(30);

    /// <summary>After a restart the calls that are up have this long to tell; more than
    /// <see cref="CallMachine.TalkRefresh"/>.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(6);

    /// <summary>A phone is dropped this much after its registration expired: the node normally tells first.</summary>
    public static readonly TimeSpan PhoneGrace = TimeSpan.FromSeconds(5);

    /// <summary>A supervisor that does not ask again for so long is told no more.</summary>
    public static readonly TimeSpan WatchLease = TimeSpan.FromSeconds(35);

    /// <summary>So many supervisors are told of an agent's calls.</summary>
    public const int WatchersMax = 16;

    public const int ReasonLengthMax = 64;

    public const string Starting = "starting";
    public const string NoPhone = "no-phone";
    public const string RingNoAnswer = "ring-no-answer";
    public const string RejectedReason = "rejected";
    public const string BusyReason = "busy";
    public const string ForwardedReason = "forwarded";
    public const string UnreachableReason = "unreachable";

    public static AgentTransition Step(AgentState state, AgentEvent e, DateTimeOffset now)
    {
        var work = new AgentWork(state, now);
        switch (e)
        {
            case AgentEvent.Started started: Start(work, started); break;
            case AgentEvent.Defined defined: Define(work, defined.Definition); break;
            case AgentEvent.Offered offered: Offer(work, offered.Offer); break;
            case AgentEvent.Rings rings: Ring(work, rings.Reservation); break;
            case AgentEvent.Confirmed confirmed: Confirm(work, confirmed.Reservation); break;
            case AgentEvent.Released released: Release(work, released.Reservation, released.Reason); break;
            case AgentEvent.PhonesChanged phones: ChangePhones(work, phones); break;
            case AgentEvent.ChangeAsked asked: Change(work, asked.Change); break;
            case AgentEvent.AnnounceAsked asked: Answer(work, asked); break;
            case AgentEvent.Summoned summoned: Come(work, summoned.Summons); break;
            case AgentEvent.Moved moved: Move(work, moved); break;
            case AgentEvent.Monitored monitored: SetMonitored(work, monitored); break;
            case AgentEvent.Talked talked: Count(work, talked.Segment); break;
            case AgentEvent.WatchAsked asked: SetWatcher(work, asked); break;
            case AgentEvent.Tick: Tick(work); break;
        }

        TellWatchers(work, state);
        return work.Done();
    }

    /// <summary>What a person sees as the state that will follow; empty: nothing was asked for.</summary>
    public static string NextOf(AgentState state) => state switch
    {
        { HasNext: false } => "",
        { LoggedIn: false } => "logged-out",
        { NotReadyReason: not "" } => "not-ready: " + state.NotReadyReason,
        _ => "ready",
    };

    /// <summary>Reasons that the system set; a phone that comes back clears them, a person's own reason
    /// stays.</summary>
    private static bool IsSystemReason(string reason) =>
        reason is RingNoAnswer or RejectedReason or BusyReason or UnreachableReason or ForwardedReason;

    private static void Start(AgentWork work, AgentEvent.Started started)
    {
        var stored = started.Stored;
        var phones = AgentState.Empty.Phones;
        foreach (var contacts in stored.Phones.GroupBy(c => c.Node.Value))
        {
            phones = AgentPhones.With(phones, contacts.Key, [.. contacts.Where(c => c.ExpiresAt > work.Now)]);
        }

        work.State = AgentState.Empty with
        {
            Version = work.State.Version, Definition = started.Definition, LoggedIn = stored.LoggedIn,
            NotReadyReason = stored.NotReadyReason, CallsHandled = stored.CallsHandled, Phones = phones,
            Since = work.Now, ReadySince = work.Now, SettleUntil = phones.IsEmpty ? null : work.Now + SettleTime,
        };
        if (stored.Talking is { } talking) Resume(work, talking);
        else work.Rest(keepIdle: true);
    }

    /// <summary>The agent was talking: it takes no other call until that one has answered, or the lease is
    /// over.</summary>
    private static void Resume(AgentWork work, Reservation talking)
    {
        Hold(work, talking, Presence.Talking);
        work.State = work.State with { LeaseUntil = work.Now + Lease, VerifyAt = work.Now };
    }

    private static void Define(AgentWork work, AgentDefinition? definition)
    {
        if (IsSame(work.State.Definition, definition)) return;

        var wasUnknown = work.State.Definition is null;
        // Queues are told who leaves them by the definition that named it.
        var leaver = definition is null ? work.State.Definition : null;
        if (leaver is not null) work.State = work.State with { Definition = leaver with { Queues = [] } };
        if (leaver is not null) work.Announce();
        work.State = work.State with { Definition = definition };
        if (wasUnknown && definition?.Login == LoginMode.Phone && work.State.HasPhone)
        {
            work.State = work.State with { LoggedIn = true };
        }

        if (work.State.IsBusy) work.Announce();
        else work.Rest(keepIdle: true);
    }

    private static void ChangePhones(AgentWork work, AgentEvent.PhonesChanged e)
    {
        var had = work.State.HasPhone;
        var phones = AgentPhones.With(work.State.Phones, e.Node.Value, e.Contacts);
        if (!ReferenceEquals(phones, work.State.Phones)) SetPhones(work, had, work.State with { Phones = phones });
    }

    private static void SetPhones(AgentWork work, bool had, AgentState next)
    {
        work.State = next;
        if (had == next.HasPhone) return;

        if (next.Definition is null or { Login: LoginMode.Phone })
        {
            work.State = work.State with { LoggedIn = next.HasPhone };
        }

        if (next.HasPhone && IsSystemReason(next.NotReadyReason))
        {
            work.State = work.State with { NotReadyReason = "" };
        }

        if (!work.State.IsBusy) work.Rest(keepIdle: work.State.Presence == Presence.Ready);
    }

    /// <summary>Why an agent cannot be what somebody wants it to be; null: it can.</summary>
    public static string? WhyNot(AgentState s, AgentWish wish) => wish switch
    {
        AgentWish.EndWrapUp when s.Presence != Presence.WrapUp => "The agent is not in wrap-up.",
        AgentWish.NotReady when s.Presence == Presence.LoggedOut => "The agent is logged out.",
        AgentWish.Login or AgentWish.Ready when s.Definition is null => "The centre knows no such agent.",
        AgentWish.Login or AgentWish.Ready when s is { Definition.Login: LoginMode.Phone, HasPhone: false } =>
            "The agent logs in by phone, and no phone is registered.",
        _ => null,
    };

    /// <summary>A new version of the centre may say the same of an agent as the one before.</summary>
    public static bool IsSame(AgentDefinition? a, AgentDefinition? b) => ReferenceEquals(a, b)
        || (a is not null && b is not null && a.Display == b.Display && a.Login == b.Login && a.Account == b.Account
            && a.Queues.SequenceEqual(b.Queues) && a.Skills.SequenceEqual(b.Skills));

    private static void Change(AgentWork work, AgentChange change)
    {
        var s = work.State;
        if (WhyNot(s, change.Wish) is not null) return;

        switch (change.Wish)
        {
            case AgentWish.EndWrapUp:
                work.Rest(keepIdle: false);
                return;
            case AgentWish.Logout:
                Wish(work, loggedIn: false, reason: "");
                return;
            case AgentWish.NotReady:
                Wish(work, loggedIn: true, Clean(change.Reason));
                return;
            case AgentWish.Login when s.LoggedIn:
                return;
            default:
                Wish(work, loggedIn: true, reason: "");
                if (s.Presence == Presence.WrapUp) work.Rest(keepIdle: false);
                return;
        }
    }

    /// <summary>Sets the wish; it holds at once when the agent is free, else it is kept as the next state.</summary>
    private static void Wish(AgentWork work, bool loggedIn, string reason)
    {
        var s = work.State;
        if (s.LoggedIn == loggedIn && s.NotReadyReason == reason) return;

        work.State = s with { LoggedIn = loggedIn, NotReadyReason = reason };
        if (s.IsBusy) work.State = work.State with { HasNext = !loggedIn || reason.Length > 0 };
        else work.Rest(keepIdle: false);
    }

    private static string Clean(string? reason)
    {
        var text = (reason ?? "").Trim();
        if (text.Length == 0) return "not-ready";
        return text.Length > ReasonLengthMax ? text[..ReasonLengthMax] : text;
    }

    private static void Answer(AgentWork work, AgentEvent.AnnounceAsked asked)
    {
        if (work.State.Definition?.Queues.Contains(asked.Queue) == true) work.Notify(asked.Queue, member: true);
    }
}
