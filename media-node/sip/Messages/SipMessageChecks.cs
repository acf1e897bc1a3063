namespace OrleansAcd.Sip.Messages;

/// <summary>What every message must carry, RFC 3261 §8.1.1 and §20: present, single and well-formed.</summary>
internal static class SipMessageChecks
{
    /// <summary>Stands for a Request-URI that could not be read.</summary>
    public static readonly SipUri NoUri = SipUri.Parse("invalid:");

    public static SipParseErrorKind FaultOf(SipHeaderId id) => id switch
    {
        SipHeaderId.Via => SipParseErrorKind.BadVia,
        SipHeaderId.Contact => SipParseErrorKind.BadContact,
        _ => SipParseErrorKind.BadRoute,
    };

    /// <summary>Checks all headers and keeps what it has read in the message.</summary>
    /// <returns>Whether the top Via is a way back for an answer.</returns>
    public static bool TryCheck(SipMessage message, out SipParseErrorKind kind, out SipHeaderId header)
    {
        var routable = CheckVias(message, out var via, out kind);
        header = SipHeaderId.Via;
        if (kind is SipParseErrorKind.None) kind = CheckSingles(message, ref header);
        if (kind is SipParseErrorKind.None) kind = CheckCore(message, via, ref header);
        if (kind is SipParseErrorKind.None) kind = CheckLists(message, ref header);
        if (kind is SipParseErrorKind.None) kind = CheckMaxForwards(message, ref header);
        return routable;
    }

    private static bool CheckVias(SipMessage message, out SipVia? top, out SipParseErrorKind kind)
    {
        top = null;
        kind = SipParseErrorKind.None;
        var count = 0;
        foreach (ref readonly var item in message.Headers.Items)
        {
            if (item.Id is not SipHeaderId.Via) continue;
            if (++count > SipLimits.ViasMax)
            {
                kind = SipParseErrorKind.TooManyVias;
                return top is not null;
            }

            var good = SipVia.TryParse(item.Value, out var via) && !via.IsDamaged;
            if (!good) kind = SipParseErrorKind.BadVia;
            if (count == 1) top = via;
        }

        if (count == 0) kind = SipParseErrorKind.MissingHeader;
        return top is not null;
    }

    /// <summary>§7.3.1: only list headers may be repeated.</summary>
    private static SipParseErrorKind CheckSingles(SipMessage message, ref SipHeaderId header)
    {
        var seen = 0UL;
        foreach (ref readonly var item in message.Headers.Items)
        {
            if (item.Id is not (SipHeaderId.From or SipHeaderId.To or SipHeaderId.CallId or SipHeaderId.CSeq
                or SipHeaderId.MaxForwards or SipHeaderId.ContentType)) continue;

            var bit = 1UL << (int)item.Id;
            header = item.Id;
            if ((seen & bit) != 0) return SipParseErrorKind.DuplicateHeader;
            seen |= bit;
        }

        return SipParseErrorKind.None;
    }

    private static SipParseErrorKind CheckCore(SipMessage message, SipVia? via, ref SipHeaderId header)
    {
        var headers = message.Headers;
        if (!Present(headers, header = SipHeaderId.From, out var from)) return SipParseErrorKind.MissingHeader;
        if (!NameAddr.TryParse(from, out var fromAddress)) return SipParseErrorKind.BadFrom;
        if (!Present(headers, header = SipHeaderId.To, out var to)) return SipParseErrorKind.MissingHeader;
        if (!NameAddr.TryParse(to, out var toAddress)) return SipParseErrorKind.BadTo;
        if (!Present(headers, header = SipHeaderId.CallId, out var callId)) return SipParseErrorKind.MissingHeader;
        if (callId.Length is 0 or > SipLimits.CallIdCharsMax || callId.Contains(' ', StringComparison.Ordinal))
        {
            return SipParseErrorKind.BadCallId;
        }

        if (!Present(headers, header = SipHeaderId.CSeq, out var text)) return SipParseErrorKind.MissingHeader;
        if (!CSeq.TryParse(text, out var cseq)) return SipParseErrorKind.BadCSeq;
        if (message is SipRequest request && request.Method != cseq.Method) return SipParseErrorKind.CSeqMethodMismatch;

        message.KeepParsed(fromAddress, toAddress, via!, cseq);
        return SipParseErrorKind.None;
    }

    private static bool Present(SipHeaderList headers, SipHeaderId id, out string value)
    {
        value = headers.Get(id) ?? "";
        return headers.Has(id);
    }

    private static SipParseErrorKind CheckLists(SipMessage message, ref SipHeaderId header)
    {
        var contacts = 0;
        var routes = 0;
        List<NameAddr>? addresses = null;
        foreach (ref readonly var item in message.Headers.Items)
        {
            header = item.Id;
            switch (item.Id)
            {
                case SipHeaderId.Contact:
                    if (++contacts > SipLimits.ContactsMax) return SipParseErrorKind.BadContact;
                    if (item.Value == "*") continue;
                    if (!NameAddr.TryParse(item.Value, out var contact)) return SipParseErrorKind.BadContact;
                    (addresses ??= []).Add(contact);
                    break;
                case SipHeaderId.Route or SipHeaderId.RecordRoute or SipHeaderId.Path:
                    if (++routes > SipLimits.RoutesMax || !NameAddr.TryParse(item.Value, out _))
                    {
                        return SipParseErrorKind.BadRoute;
                    }

                    break;
                default: break;
            }
        }

        message.KeepContacts(addresses ?? (IReadOnlyList<NameAddr>)[]);
        return SipParseErrorKind.None;
    }

    private static SipParseErrorKind CheckMaxForwards(SipMessage message, ref SipHeaderId header)
    {
        header = SipHeaderId.MaxForwards;
        if (message is not SipRequest || message.Headers.Get(SipHeaderId.MaxForwards) is not { } text)
        {
            return SipParseErrorKind.None;
        }

        return SipText.TryParseNumber(text, out var hops) && hops <= 255
            ? SipParseErrorKind.None : SipParseErrorKind.BadMaxForwards;
    }
}
