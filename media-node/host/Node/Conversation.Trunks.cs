using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Calls through a trunk that has several servers: the next one is tried where one does not serve (RFC 3263
/// section 4.3).</summary>
internal sealed partial class Conversation
{
    /// <summary>Servers of a trunk that one call tries.</summary>
    public const int TrunkTriesMax = 4;

    /// <summary>Of a call through a trunk by name: what it would take to try again elsewhere.</summary>
    private TrunkAttempt? AttemptOf(PhoneContact contact, Dial dial, TrunkSettings? trunk, int number)
    {
        if (trunk is null || !SipUri.TryParse(trunk.Uri, out var uri) || uri.TryGetAddress(out _)) return null;

        // Timer B would be 32 s, when the caller has long gone: where there is another server, silence is a failure.
        var to = SipDestination.Of(uri);
        var by = number >= TriesOf(to) ? Instant.Never : _worker.Now + _worker.Options.TrunkSilenceMax;
        return new TrunkAttempt(contact, dial, trunk, to, number, by);
    }

    /// <summary>After a 503, a broken connection, or no response at all.</summary>
    private bool TryNextServer(Fork fork, int code, bool hasResponse)
    {
        var isTheServers = code == 503 || (code == 408 && !hasResponse);
        if (!isTheServers || fork.Attempt is not { } attempt || attempt.Number >= TriesOf(attempt.To)) return false;
        if (fork.Call?.InviteRequest?.Flow.Remote is not { } failed) return false;

        _worker.Names.Avoid(failed);
        if (_worker.Names.Resolve(attempt.To) is not { } next || next.Remote.Equals(failed)) return false;

        _worker.Counters.TrunkFailovers++;
        Ring(fork.Leg, attempt.Contact, attempt.Dial, attempt.Trunk, attempt.Number + 1);
        return true;
    }

    /// <summary>Each server once.</summary>
    private int TriesOf(SipDestination to) => Math.Min(TrunkTriesMax, _worker.Names.CountOf(to));

    /// <summary>Servers that said nothing in time: their INVITE is given up, the next has a try.</summary>
    private void LeaveSilentServers(Leg leg, Instant now)
    {
        foreach (var fork in leg.Ringing.Where(fork => fork.IsSilent(now)).ToArray())
        {
            leg.Ringing.Remove(fork);
            Detach(fork).Hangup(now);
            if (!TryNextServer(fork, 408, hasResponse: false)) FailFork(leg, 408, "no answer from the trunk");
        }
    }
}

/// <summary>One try of a call through a trunk.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="AnswerBy">A first response has to be there by then.</param>
internal sealed record TrunkAttempt(
    PhoneContact Contact, Dial Dial, TrunkSettings Trunk, SipDestination To, int Number, Instant AnswerBy);
