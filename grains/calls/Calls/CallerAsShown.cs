using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>Who the agent's phone is shown as calling: the queue and an opaque name, unless the queue shows the
/// caller.</summary>
public static class CallerAsShown
{
    /// <summary>More headers of the caller are not passed on.</summary>
    public const int HeaderMax = 32;

    private const string OwnPrefix = "X-Acd-";

    /// <summary>A user part with fewer digits is a name, not a number.</summary>
    private const int NumberDigitsMin = 5;

    public static PartyIdentity Of(CallState s)
    {
        var route = s.Route!;
        if (route.ShowCaller) return s.Caller;

        var name = OpaqueName(s.Id.Value);
        return new PartyIdentity($"{route.Display} (caller {name})", $"sip:caller-{name}@{route.Realm}");
    }

    /// <summary>What a party's phone is shown: agents see the call as its queue shows it, a consulted sees who
    /// consults, people outside see the number that was called.</summary>
    public static PartyIdentity To(CallState s, CallParty party)
    {
        var realm = s.Route?.Realm ?? s.Target?.Realm ?? party.Target?.Realm ?? "acd";
        if (party.Role == PartyRole.Supervisor) return new PartyIdentity("Supervision", $"sip:supervision@{realm}");
        if (party.Target?.Trunk is not null) return new PartyIdentity("", $"sip:{s.Number}@{realm}");
        if (party.Role == PartyRole.Consulted && s.AgentParty?.Agent is { } agent) return OfAgent(agent, realm);
        if (s.Route is not null) return Of(s);

        return s.Find(LegId.Caller)?.Agent is { } caller ? OfAgent(caller, realm) : s.Caller;
    }

    /// <summary>Context for a party's phone; people outside get none.</summary>
    public static ImmutableArray<SipHeader> Context(CallState s, CallParty party)
    {
        if (party.Target?.Trunk is not null) return [];
        if (s.Route is not null && party.Role != PartyRole.Supervisor) return Context(s);

        return [new SipHeader(OwnPrefix + "Call-Id", s.Id.Value)];
    }

    private static PartyIdentity OfAgent(AgentId agent, string realm) =>
        new(agent.Value, $"sip:{agent.Value}@{realm}");

    /// <summary>Context for the phone: ours first, then the caller's User-to-User (RFC 7433) and X-* headers.</summary>
    public static ImmutableArray<SipHeader> Context(CallState s)
    {
        var headers = ImmutableArray.CreateBuilder<SipHeader>();
        headers.Add(new SipHeader(OwnPrefix + "Call-Id", s.Id.Value));
        headers.Add(new SipHeader(OwnPrefix + "Queue", s.Route!.Queue.Value));
        foreach (var header in s.Headers)
        {
            if (headers.Count == HeaderMax) break;
            if (MayPass(header.Name) && (s.Route.ShowCaller || !Reveals(header.Value, s.Caller))) headers.Add(header);
        }

        return headers.ToImmutable();
    }

    private static bool MayPass(string name) =>
        !name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase)
        && (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
            || name.Equals("User-to-User", StringComparison.OrdinalIgnoreCase));

    /// <summary>A trunk's own header may hold the caller's number or name, however it is written.</summary>
    private static bool Reveals(string value, PartyIdentity caller)
    {
        if (caller.DisplayName.Length > 0 && Contains(value, caller.DisplayName)) return true;

        var user = UserOf(caller.Uri);
        var digits = Digits(user);
        return digits.Length >= NumberDigitsMin
            ? Digits(value).Contains(digits, StringComparison.Ordinal)
            : user.Length > 0 && Contains(value, user);

        static bool Contains(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The user part of a SIP URI, or what follows the scheme.</summary>
    private static string UserOf(string uri)
    {
        var user = uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var end = user.IndexOfAny(['@', ';', '>']);
        return end < 0 ? user : user[..end];
    }

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    /// <summary>Four hexadecimal digits from the call's id (FNV-1a, folded): the same for all offers of one
    /// call.</summary>
    private static string OpaqueName(string id)
    {
        var hash = 2166136261u;
        foreach (var c in id) hash = (hash ^ c) * 16777619u;
        return ((hash >> 16) ^ (hash & 0xFFFF)).ToString("X4", System.Globalization.CultureInfo.InvariantCulture);
    }
}
