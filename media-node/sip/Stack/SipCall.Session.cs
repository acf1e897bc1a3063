using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>Session timers, RFC 4028: both as refresher and as the one who waits.</summary>
public sealed partial class SipCall
{
    private TimeSpan _sessionInterval;
    private bool _weRefresh;
    private Instant _refreshAt = Instant.Never;
    private Instant _expireAt = Instant.Never;

    /// <summary>The interval agreed on, zero for none.</summary>
    public TimeSpan SessionInterval => _sessionInterval;

    /// <summary>This side sends the refreshes.</summary>
    public bool IsRefresher => _sessionInterval > TimeSpan.Zero && _weRefresh;

    /// <summary>§9: the callee's choice, written into a 2xx and applied.</summary>
    private void AddSession(SipResponse response, SipRequest request, Instant now)
    {
        var ours = _stack.Options.SessionInterval;
        var asked = request.TryGetSessionExpires(out var theirs);
        var able = request.Supports("timer");
        if (ours <= TimeSpan.Zero || (!asked && !able))
        {
            StopSession();
            return;
        }

        var min = _stack.Options.SessionIntervalMin;
        var interval = !asked ? ours : theirs.Interval < min ? min : theirs.Interval;
        var refresher = asked && able && theirs.Refresher is not SessionRefresher.Unspecified ? theirs.Refresher
            : able ? SessionRefresher.Uac : SessionRefresher.Uas;
        var agreed = new SessionExpires(interval, refresher);
        response.Headers.Add(SipHeaderId.SessionExpires, agreed.ToString());
        if (refresher is SessionRefresher.Uac) response.Headers.Add(SipHeaderId.Require, "timer");
        StartSession(interval, refresher is SessionRefresher.Uas, now);
    }

    /// <summary>§7.4: a refresh keeps the roles, so it names this side's.</summary>
    private void AddSession(SipRequest request)
    {
        var ours = _sessionInterval > TimeSpan.Zero ? _sessionInterval : _stack.Options.SessionInterval;
        if (_stack.Options.SessionInterval <= TimeSpan.Zero) return;

        var refresher = _sessionInterval == TimeSpan.Zero ? SessionRefresher.Unspecified
            : _weRefresh ? SessionRefresher.Uac : SessionRefresher.Uas;
        request.Headers.Add(SipHeaderId.SessionExpires, new SessionExpires(ours, refresher).ToString());
        request.Headers.Append(_stack.MinSeHeader());
    }

    /// <summary>§7.2: what the 2xx says; without Session-Expires there is no timer.</summary>
    private void ApplySession(SipResponse response, bool weAreUac, Instant now)
    {
        if (_stack.Options.SessionInterval <= TimeSpan.Zero || !response.TryGetSessionExpires(out var agreed)
            || agreed.Interval <= TimeSpan.Zero)
        {
            StopSession();
            return;
        }

        // §5: less than our Min-SE is not allowed; a peer that says so does not get to set the pace.
        var min = _stack.Options.SessionIntervalMin;
        var interval = agreed.Interval < min ? min : agreed.Interval;
        var uacRefreshes = agreed.Refresher is not SessionRefresher.Uas;
        StartSession(interval, uacRefreshes == weAreUac, now);
    }

    /// <summary>§10: the refresher acts at half the interval; the other ends the call the lesser of 32 s and a third of
    /// the interval before it is over.</summary>
    private void StartSession(TimeSpan interval, bool weRefresh, Instant now)
    {
        (_sessionInterval, _weRefresh) = (interval, weRefresh);
        _refreshAt = weRefresh ? now + (interval / 2) : Instant.Never;
        var margin = interval / 3 < TimeSpan.FromSeconds(32) ? interval / 3 : TimeSpan.FromSeconds(32);
        _expireAt = now + (interval - margin);
        _stack.Update(this);
    }

    private void StopSession()
    {
        _sessionInterval = TimeSpan.Zero;
        _refreshAt = _expireAt = Instant.Never;
    }

    /// <summary>UPDATE without a body when the peer allows it (§7.4), else a re-INVITE with the session as it
    /// is.</summary>
    private void Refresh(Instant now)
    {
        _refreshAt = Instant.Never;
        if (State is not SipCallState.Confirmed || _offerQueued is not null || _offerClient is not null) return;

        var method = _peerUpdates ? SipMethods.Update : SipMethods.Invite;
        _offerQueued = new QueuedOffer(method, default, "", 0, true);
        TrySendOffer(now);
    }

    /// <summary>The peer listed UPDATE and refuses it.</summary>
    private void RefreshByReinvite(Instant now)
    {
        _peerUpdates = false;
        Refresh(now);
        TrySendOffer(now);
    }

    /// <summary>§10: nothing was refreshed. Half of what is left is waited, while that is enough for a transaction.
    /// </summary>
    private void RefreshLater(Instant now)
    {
        if (!IsRefresher || _refreshAt != Instant.Never) return;

        var wait = (_expireAt - now) / 2;
        if (wait >= _stack.Options.Timers.Timeout) _refreshAt = now + wait;
        _stack.Update(this);
    }

    private void HandleSessionExpired(Instant now)
    {
        _expireAt = Instant.Never;
        if (State is not (SipCallState.Confirmed or SipCallState.Accepted)) return;
        EndWithBye(SipEndReason.SessionExpired, "SIP;cause=408;text=\"Session timer expired\"", now);
    }

    /// <summary>§7.3: a 422 names the interval to try again with.</summary>
    private static bool TryRaiseInterval(SipClientRequest client, SipResponse response, out TimeSpan interval)
    {
        interval = default;
        if (client.Attempt >= SipStack.RetriesMax) return false;
        var text = response.Headers.Get(SipHeaderId.MinSe);
        if (text is null || !SipText.TryParseNumber(new SipValue(text).Main, out var seconds)) return false;

        interval = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
