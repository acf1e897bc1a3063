using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transfer;

/// <summary>What a REFER asks for: Refer-To (RFC 3515 §2.1) with the Replaces inside it (RFC 3891), Referred-By
/// (RFC 3892), Refer-Sub (RFC 4488).</summary>
/// <param name="Target">Whom to call, without the URI's headers.</param>
/// <param name="Replaces">Which dialog of the target's to take over; null: none.</param>
/// <param name="ReferredBy">Who asks, as a URI; empty when it does not say.</param>
/// <param name="WantsProgress">False with Refer-Sub: false.</param>
public sealed record ReferHeaders(SipUri Target, Replaces? Replaces, string ReferredBy, bool WantsProgress)
{
    /// <summary>Reads a REFER.</summary>
    /// <returns>0, or the status code and reason that refuse it.</returns>
    public static (int Code, string? Reason) TryRead(SipRequest refer, out ReferHeaders? headers)
    {
        ArgumentNullException.ThrowIfNull(refer);
        headers = null;

        // §2.4.2: "zero (0) or more than one Refer-To header field values ... 400".
        if (refer.Headers.CountOf(SipHeaderId.ReferTo) != 1) return (400, "One Refer-To header field is needed");
        if (!NameAddr.TryParse(refer.Headers.Get(SipHeaderId.ReferTo)!, out var to)) return (400, "Bad Refer-To");
        if (!to.Uri.IsSip && to.Uri.Scheme is not SipUriScheme.Tel) return (416, null);
        if (to.Uri.Parameters.Get("method") is { } method && method != SipMethods.Invite) return (501, "Only INVITE");
        if (!TryReadReplaces(to.Uri, out var replaces)) return (400, "Bad Replaces in Refer-To");
        if (!TryReadReferredBy(refer.Headers, out var referredBy)) return (400, "Bad Referred-By");

        var target = to.Uri.WithoutHeaders().WithoutParameter("method");
        var isSilent = refer.Headers.Get(SipHeaderId.ReferSub) is { } sub
            && new SipValue(sub).Main.Equals("false", StringComparison.OrdinalIgnoreCase);
        headers = new ReferHeaders(target, replaces, referredBy, !isSilent);
        return (0, null);
    }

    /// <summary>RFC 3891 §3: not two of them, and none beside Join (RFC 3911 §4).</summary>
    private static bool TryReadReplaces(SipUri uri, out Replaces? replaces)
    {
        replaces = null;
        if (!SipUriHeaders.TryRead(uri, out var headers)) return false;

        var count = 0;
        var joins = false;
        foreach (var header in headers)
        {
            joins |= header.Id is SipHeaderId.Join;
            joins |= header.Id is SipHeaderId.Require && SipText.ListHas(header.Value, "join");
            if (header.Id is not SipHeaderId.Replaces) continue;
            if (++count > 1 || !Replaces.TryParse(header.Value, out replaces)) return false;
        }

        return !(joins && count > 0);
    }

    private static bool TryReadReferredBy(SipHeaderList headers, out string referredBy)
    {
        referredBy = "";
        switch (headers.CountOf(SipHeaderId.ReferredBy))
        {
            case 0: return true;
            case 1 when NameAddr.TryParse(headers.Get(SipHeaderId.ReferredBy)!, out var by):
                referredBy = by.Uri.ToString();
                return true;
            default: return false;
        }
    }
}
