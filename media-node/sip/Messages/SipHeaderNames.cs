using System.Text;

namespace OrleansAcd.Sip.Messages;

/// <summary>Header fields that the core knows by number; any other is <see cref="Other"/> and keeps its own
/// name.</summary>
public enum SipHeaderId : byte
{
    Other, Via, From, To, CallId, CSeq, Contact, MaxForwards, ContentLength, ContentType, ContentEncoding,
    ContentDisposition, ContentLanguage, Route, RecordRoute, Path, ServiceRoute, Expires, MinExpires, Allow, Supported,
    Require, ProxyRequire, Unsupported, Accept, AcceptEncoding, AcceptLanguage, Authorization, WwwAuthenticate,
    ProxyAuthorization, ProxyAuthenticate, AuthenticationInfo, UserAgent, Server, Subject, Date, Reason, RetryAfter,
    Warning, RSeq, RAck, SessionExpires, MinSe, ReferTo, ReferredBy, Replaces, Event, SubscriptionState, AllowEvents,
    PAssertedIdentity, PPreferredIdentity, Privacy, RequestDisposition, AcceptContact, RejectContact, Identity,
    Timestamp, Organization, AlertInfo, CallInfo, History, Diversion, SipEtag, SipIfMatch, Join, MimeVersion, InReplyTo,
    Priority, ErrorInfo, ReferSub,
}

/// <summary>Names of header fields: canonical spelling, compact forms (RFC 3261 §7.3.3 and later RFCs), any
/// case.</summary>
public static class SipHeaderNames
{
    private static readonly string[] Names =
    [
        "", "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Content-Length", "Content-Type",
        "Content-Encoding", "Content-Disposition", "Content-Language", "Route", "Record-Route", "Path", "Service-Route",
        "Expires", "Min-Expires", "Allow", "Supported", "Require", "Proxy-Require", "Unsupported", "Accept",
        "Accept-Encoding", "Accept-Language", "Authorization", "WWW-Authenticate", "Proxy-Authorization",
        "Proxy-Authenticate", "Authentication-Info", "User-Agent", "Server", "Subject", "Date", "Reason", "Retry-After",
        "Warning", "RSeq", "RAck", "Session-Expires", "Min-SE", "Refer-To", "Referred-By", "Replaces", "Event",
        "Subscription-State", "Allow-Events", "P-Asserted-Identity", "P-Preferred-Identity", "Privacy",
        "Request-Disposition", "Accept-Contact", "Reject-Contact", "Identity", "Timestamp", "Organization",
        "Alert-Info",
        "Call-Info", "History-Info", "Diversion", "SIP-ETag", "SIP-If-Match", "Join", "MIME-Version", "In-Reply-To",
        "Priority", "Error-Info", "Refer-Sub",
    ];

    private static readonly SipHeaderId[] Compact = MakeCompact();
    private static readonly SipHeaderId[][] Buckets = MakeBuckets();

    /// <summary>The canonical name, empty for <see cref="SipHeaderId.Other"/>.</summary>
    public static string NameOf(SipHeaderId id) => Names[(int)id];

    /// <summary>The number of a name in any case, long or compact.</summary>
    public static SipHeaderId Find(ReadOnlySpan<char> name)
    {
        if (name.Length == 1) return name[0] < 128 ? Compact[name[0] | 0x20] : SipHeaderId.Other;
        if (name.IsEmpty || name[0] >= 128 || name[^1] >= 128) return SipHeaderId.Other;

        foreach (var id in Buckets[BucketOf(name.Length, name[0], name[^1])])
        {
            if (name.Equals(Names[(int)id], StringComparison.OrdinalIgnoreCase)) return id;
        }

        return SipHeaderId.Other;
    }

    internal static SipHeaderId Find(ReadOnlySpan<byte> name)
    {
        if (name.Length == 1) return name[0] < 128 ? Compact[name[0] | 0x20] : SipHeaderId.Other;

        foreach (var id in Buckets[BucketOf(name.Length, name[0], name[^1])])
        {
            if (name.Length == Names[(int)id].Length && Ascii.EqualsIgnoreCase(name, Names[(int)id])) return id;
        }

        return SipHeaderId.Other;
    }

    private static int BucketOf(int length, int first, int last) =>
        ((length * 7) + ((first | 0x20) * 31) + ((last | 0x20) * 5)) & 0xFF;

    private static SipHeaderId[][] MakeBuckets()
    {
        var lists = new List<SipHeaderId>[256];
        for (var i = 0; i < lists.Length; i++) lists[i] = [];
        for (var i = 1; i < Names.Length; i++)
        {
            lists[BucketOf(Names[i].Length, Names[i][0], Names[i][^1])].Add((SipHeaderId)i);
        }

        return Array.ConvertAll(lists, list => list.ToArray());
    }

    private static SipHeaderId[] MakeCompact()
    {
        var table = new SipHeaderId[128];
        table['v'] = SipHeaderId.Via;
        table['f'] = SipHeaderId.From;
        table['t'] = SipHeaderId.To;
        table['m'] = SipHeaderId.Contact;
        table['i'] = SipHeaderId.CallId;
        table['e'] = SipHeaderId.ContentEncoding;
        table['l'] = SipHeaderId.ContentLength;
        table['c'] = SipHeaderId.ContentType;
        table['k'] = SipHeaderId.Supported;
        table['s'] = SipHeaderId.Subject;
        table['x'] = SipHeaderId.SessionExpires;
        table['r'] = SipHeaderId.ReferTo;
        table['b'] = SipHeaderId.ReferredBy;
        table['o'] = SipHeaderId.Event;
        table['u'] = SipHeaderId.AllowEvents;
        table['d'] = SipHeaderId.RequestDisposition;
        table['a'] = SipHeaderId.AcceptContact;
        table['j'] = SipHeaderId.RejectContact;
        table['y'] = SipHeaderId.Identity;
        return table;
    }
}
