using System.Globalization;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transactions;

/// <summary>Which server transaction a request belongs to, RFC 3261 §17.2.3. An ACK has the key of its
/// INVITE.</summary>
/// <param name="Branch">The branch; for an RFC 2543 request all of what identifies it.</param>
/// <param name="Host">Host of the top Via's sent-by.</param>
/// <param name="Port">Port of the top Via's sent-by, 0 when absent.</param>
/// <param name="Method">The method, INVITE for ACK.</param>
public readonly record struct ServerTransactionKey(string Branch, string Host, int Port, string Method)
{
    public static ServerTransactionKey Of(SipRequest request, string? method = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var via = request.TopVia;
        method ??= request.IsAck ? SipMethods.Invite : request.Method;
        return new ServerTransactionKey(via.HasMagicCookie ? via.Branch : OldKey(request), via.Host, via.Port, method);
    }

    /// <summary>RFC 2543: Request-URI, From tag, Call-ID, CSeq number and the top Via. The To tag is left out: an
    /// INVITE has none where its ACK has one, and the other parts already tell requests apart.</summary>
    private static string OldKey(SipRequest request) => string.Create(CultureInfo.InvariantCulture,
        $"{request.RequestUri}|{request.FromTag}|{request.CallId}|{request.CSeq.Number}|{request.TopVia}");
}

/// <summary>Which client transaction a response belongs to, RFC 3261 §17.1.3: branch and CSeq method.</summary>
public readonly record struct ClientTransactionKey(string Branch, string Method);

/// <summary>Which request this is whatever way it came, RFC 3261 §8.2.2.2: equal keys of different transactions are a
/// merged request.</summary>
public readonly record struct MergeKey(string CallId, string FromTag, uint CSeqNumber, string Method)
{
    public static MergeKey Of(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new MergeKey(request.CallId, request.FromTag, request.CSeq.Number, request.Method);
    }
}
