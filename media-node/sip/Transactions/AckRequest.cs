using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transactions;

/// <summary>Requests that are derived from an INVITE hop by hop.</summary>
public static class AckRequest
{
    /// <summary>The ACK of a final response other than 2xx, RFC 3261 §17.1.1.3.</summary>
    public static SipRequest ForRejection(SipRequest invite, SipResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var ack = Derive(invite, SipMethods.Ack);
        ack.Headers.Set(SipHeaderId.To, response.Headers.Get(SipHeaderId.To) ?? "");
        return ack;
    }

    /// <summary>CANCEL, RFC 3261 §9.1: Request-URI, Call-ID, To, From, CSeq number, one Via and the route of the
    /// INVITE. </summary>
    public static SipRequest Cancel(SipRequest invite, string? reason)
    {
        var cancel = Derive(invite, SipMethods.Cancel);
        if (reason is not null) cancel.Headers.Add(SipHeaderId.Reason, reason);
        return cancel;
    }

    private static SipRequest Derive(SipRequest invite, string method)
    {
        ArgumentNullException.ThrowIfNull(invite);
        var request = new SipRequest(method, invite.RequestUri) { Headers = new SipHeaderList(10) };
        var vias = 0;
        foreach (ref readonly var header in invite.Headers.Items)
        {
            switch (header.Id)
            {
                case SipHeaderId.Via when vias++ > 0: break;
                case SipHeaderId.CSeq:
                    request.Headers.Add(SipHeaderId.CSeq, new CSeq(invite.CSeq.Number, method).ToString());
                    break;
                case SipHeaderId.Via or SipHeaderId.From or SipHeaderId.To or SipHeaderId.CallId or SipHeaderId.Route
                    or SipHeaderId.MaxForwards:
                    request.Headers.Append(header);
                    break;
                default: break;
            }
        }

        return request;
    }
}
