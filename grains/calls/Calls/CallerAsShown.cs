using System.Collections.Immutable;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>Who the agent's phone is shown as calling: the queue and an opaque name, unless the queue shows the
/// caller.</summary>
public static class CallerAsShown
{
    /// <summary>More headers of the caller are not passed on.</summary>
    public const int HeaderMax = 32;

    private const string OwnPrefix = "X-Acd-";

    public static PartyIdentity Of(CallState s)
    {
        var route = s.Route!;
        if (route.ShowCaller) return s.Caller;

        var name = OpaqueName(s.Id.Value);
        return new PartyIdentity($"{route.Display} (caller {name})", $"sip:caller-{name}@{route.Realm}");
    }

    /// <summary>Context for the phone: ours first, then the caller's User-to-User (RFC 7433) and X-* headers.</summary>
    public static ImmutableArray<SipHeader> Context(CallState s)
    {
        var headers = ImmutableArray.CreateBuilder<SipHeader>();
        headers.Add(new SipHeader(OwnPrefix + "Call-Id", s.Id.Value));
        headers.Add(new SipHeader(OwnPrefix + "Queue", s.Route!.Queue.Value));
        foreach (var header in s.Headers)
        {
            if (headers.Count == HeaderMax) break;
            if (MayPass(header.Name)) headers.Add(header);
        }

        return headers.ToImmutable();
    }

    private static bool MayPass(string name) =>
        !name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase)
        && (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
            || name.Equals("User-to-User", StringComparison.OrdinalIgnoreCase));

    /// <summary>Four hexadecimal digits from the call's id (FNV-1a, folded): the same for all offers of one
    /// call.</summary>
    private static string OpaqueName(string id)
    {
        var hash = 2166136261u;
        foreach (var c in id) hash = (hash ^ c) * 16777619u;
        return ((hash >> 16) ^ (hash & 0xFFFF)).ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
    }
}
