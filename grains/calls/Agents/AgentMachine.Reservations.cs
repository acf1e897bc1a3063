using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Calls;

/// <summary>Offers, reservations and the lease of a conversation.</summary>
public static partial class AgentMachine
{
    private static void Offer(AgentWork work, AgentOffer offer)
    {
        var s = work.State;
        if (s.Presence != Presence.Ready || offer.ReadyEpoch != s.ReadyEpoch)
        {
            if (offer.Call is not null) work.Add(new AgentEffect.Refuse(offer));
            return;
        }

        if (s.BidsUntil is null)
        {
            if (offer.Call is not null) Grant(work, offer);
            return;
        }

        GatherBid(work, offer);
    }

    private static void GatherBid(AgentWork work, AgentOffer offer)
    {
        var s = work.State;
        foreach (var bid in s.Bids)
        {
            if (bid.Queue != offer.Queue) continue;
            if (bid.Call == offer.Call || bid.Call is not null)
            {
                // The same again, or a second call of one queue: the first stands.
                if (bid.Call != offer.Call) work.Add(new AgentEffect.Refuse(offer));
                return;
            }

            work.State = s with { Bids = s.Bids.Replace(bid, offer) };
            return;
        }

        work.State = s with { Bids = s.Bids.Add(offer) };
        if (work.State.Bids.Length >= s.Queues.Length) TakeBest(work);
    }

    /// <summary>All queues have answered, or the time is up.</summary>
    private static void TakeBest(AgentWork work)
    {
        AgentOffer? best = null;
        foreach (var bid in work.State.Bids)
        {
            if (bid.Call is not null && (best is null || bid.Rank < best.Rank)) best = bid;
        }

        if (best is not null) Grant(work, best);
        else work.State = work.State with { Bids = [], BidsUntil = null };
    }

    private static void Grant(AgentWork work, AgentOffer offer)
    {
        var s = work.State;
        var epoch = work.NextEpoch(s.LastEpoch);
        var reservation = new Reservation(
            offer.Agent, offer.Call!.Value, offer.Queue, epoch, work.Now + offer.RingTimeout + ReservationMargin,
            offer.WrapUp);
        work.RefuseBids(except: offer);
        Hold(work, reservation, Presence.Reserved);
        work.Add(new AgentEffect.Grant(
            reservation, new AgentPhone(s.Definition!.Display, [.. AgentPhones.All(s.Phones)])));
    }

    private static void Hold(AgentWork work, Reservation reservation, Presence presence)
    {
        work.State = work.State with
        {
            Current = reservation, LastEpoch = reservation.Epoch, LeaseUntil = reservation.ExpiresAt + ReservationGrace,
            SettleUntil = null,
        };
        work.Leave(presence, "");
    }

    private static void Ring(AgentWork work, Reservation reservation)
    {
        if (IsCurrent(work.State, reservation))
        {
            if (work.State.Presence == Presence.Reserved) work.Leave(Presence.Ringing, "");
        }
        else if (MayAdopt(work.State, reservation)) Hold(work, reservation, Presence.Ringing);
        else work.Add(new AgentEffect.Void(reservation));
    }

    private static void Confirm(AgentWork work, Reservation reservation)
    {
        if (!IsCurrent(work.State, reservation))
        {
            if (!MayAdopt(work.State, reservation))
            {
                work.Add(new AgentEffect.Void(reservation));
                return;
            }

            Hold(work, reservation, Presence.Reserved);
        }

        work.State = work.State with { LeaseUntil = work.Now + Lease };
        if (work.State.Presence == Presence.Talking) return;

        work.State = work.State with { VerifyAt = work.Now + VerifyInterval };
        work.Leave(Presence.Talking, "");
    }

    private static void Release(AgentWork work, Reservation reservation, ReleaseReason reason)
    {
        if (!IsCurrent(work.State, reservation)) return;

        work.State = work.State with { ClosedEpoch = reservation.Epoch };
        switch (reason)
        {
            case ReleaseReason.Finished: WrapUp(work, reservation.WrapUp); break;
            case ReleaseReason.RingNoAnswer: Fail(work, RingNoAnswer); break;
            case ReleaseReason.Rejected: Fail(work, RejectedReason); break;
            case ReleaseReason.Busy: Fail(work, BusyReason); break;
            case ReleaseReason.Forwarded: Fail(work, ForwardedReason); break;
            case ReleaseReason.Unreachable: Fail(work, UnreachableReason); break;
            default: work.Rest(keepIdle: true); break;
        }
    }

    /// <summary>One wrap-up truth for all queues: nothing but its end, the agent or a wish to be ready ends
    /// it.</summary>
    private static void WrapUp(AgentWork work, TimeSpan length)
    {
        work.State = work.State with
        {
            CallsHandled = work.State.CallsHandled + 1, Current = null, LeaseUntil = null, VerifyAt = null,
            Monitored = false,
        };
        if (length <= TimeSpan.Zero)
        {
            work.Rest(keepIdle: false);
            return;
        }

        work.State = work.State with { WrapUpUntil = work.Now + length };
        work.Leave(Presence.WrapUp, "");
    }

    /// <summary>The phone did not take the call: not ready, unless a person asked for something else
    /// meanwhile.</summary>
    private static void Fail(AgentWork work, string reason)
    {
        if (work.State.NotReadyReason.Length == 0) work.State = work.State with { NotReadyReason = reason };
        work.Rest(keepIdle: false);
    }

    private static void Tick(AgentWork work)
    {
        var s = work.State;
        if (s.HasPhone) ExpirePhones(work);
        if (s.SettleUntil <= work.Now)
        {
            work.State = work.State with { SettleUntil = null };
            if (!work.State.IsBusy) work.Rest(keepIdle: true);
        }

        if (work.State.LeaseUntil <= work.Now) LoseLease(work);
        if (work.State.WrapUpUntil <= work.Now) work.Rest(keepIdle: false);
        if (work.State.BidsUntil <= work.Now) TakeBest(work);
        if (work.State.VerifyAt <= work.Now)
        {
            work.Add(new AgentEffect.Verify(work.State.Current!));
            work.State = work.State with { VerifyAt = work.Now + VerifyInterval };
        }

        if (work.State.AnnounceAt <= work.Now) AnnounceAgain(work);
    }

    /// <summary>Heard nothing: an unused reservation is void and the idle time goes on; a conversation counts as
    /// over.</summary>
    private static void LoseLease(AgentWork work)
    {
        var lost = work.State.Current!;
        work.State = work.State with { ClosedEpoch = lost.Epoch };
        work.Add(new AgentEffect.Void(lost));
        if (work.State.Presence == Presence.Talking) WrapUp(work, lost.WrapUp);
        else work.Rest(keepIdle: true);
    }

    private static void AnnounceAgain(AgentWork work)
    {
        work.State = work.State with
        {
            AnnounceAt = work.Now + AnnounceInterval, BidsUntil = work.Now + BidTime,
        };
        work.RefuseBids(except: null);
        work.Announce();
    }

    private static void ExpirePhones(AgentWork work)
    {
        var phones = AgentPhones.WithoutExpired(work.State.Phones, work.Now - PhoneGrace);
        if (!ReferenceEquals(phones, work.State.Phones))
            SetPhones(work, had: true, work.State with { Phones = phones });
    }

    private static bool IsCurrent(AgentState s, Reservation reservation) =>
        s.Current is { } current && current.Epoch == reservation.Epoch && current.Call == reservation.Call;

    /// <summary>A call tells of a reservation that a restarted agent does not remember: the fact wins.</summary>
    private static bool MayAdopt(AgentState s, Reservation reservation) =>
        s.Current is null && s.Presence != Presence.WrapUp && reservation.Epoch > s.ClosedEpoch
        && reservation.Epoch >= s.LastEpoch;
}
