using System.Diagnostics.CodeAnalysis;

namespace OrleansAcd.Sip.Messages;

/// <summary>A SIP message, RFC 3261 §7: a start line, header fields in order, an opaque body.</summary>
/// <remarks>Typed headers are read from <see cref="Headers"/> at first use and kept, so a message is not changed once
/// somebody reads it. Every message that <see cref="SipParser"/> accepts has Via, From, To, Call-ID and CSeq. Not
/// thread-safe.</remarks>
public abstract class SipMessage
{
    private NameAddr? _from;
    private NameAddr? _to;
    private SipVia? _topVia;
    private string? _callId;
    private CSeq? _cseq;
    private IReadOnlyList<NameAddr>? _contacts;

    public SipHeaderList Headers { get; init; } = new();

    public ReadOnlyMemory<byte> Body { get; set; }

    public NameAddr From => _from ??= ReadAddress(SipHeaderId.From);

    public NameAddr To => _to ??= ReadAddress(SipHeaderId.To);

    public string FromTag => From.Tag ?? "";

    public string ToTag => To.Tag ?? "";

    public SipVia TopVia => _topVia ??= SipVia.TryParse(Headers.Get(SipHeaderId.Via) ?? "", out var via)
        ? via : throw new InvalidOperationException("the message has no Via");

    public string CallId => _callId ??= Headers.Get(SipHeaderId.CallId) ?? "";

    public CSeq CSeq => _cseq ??= CSeq.TryParse(Headers.Get(SipHeaderId.CSeq), out var value) ? value : default;

    /// <summary>Contacts in order; empty for none and for "*".</summary>
    public IReadOnlyList<NameAddr> Contacts =>
        _contacts ??= SipHeaderReader.TryReadAddresses(Headers, SipHeaderId.Contact, out var list) ? list : [];

    /// <summary>RFC 3261 §10.2.2: the contact "*", all bindings.</summary>
    public bool HasStarContact => Headers.Get(SipHeaderId.Contact) == "*";

    /// <summary>Without parameters, as written; empty when absent.</summary>
    public string ContentType
    {
        get
        {
            var text = Headers.Get(SipHeaderId.ContentType);
            var semicolon = text?.IndexOf(';', StringComparison.Ordinal) ?? -1;
            return semicolon < 0 ? text ?? "" : text![..semicolon].TrimEnd();
        }
    }

    public bool HasBody => !Body.IsEmpty;

    public bool Supports(string option) => Headers.HasToken(SipHeaderId.Supported, option)
        || Headers.HasToken(SipHeaderId.Require, option);

    public bool TryGetRSeq(out uint number)
    {
        number = 0;
        return Headers.TryGet(SipHeaderId.RSeq, out var text) && SipText.TryParseNumber(text, out number) && number > 0;
    }

    public bool TryGetSessionExpires(out SessionExpires value)
    {
        value = default;
        return Headers.TryGet(SipHeaderId.SessionExpires, out var text) && SessionExpires.TryParse(text, out value);
    }

    internal void KeepParsed(NameAddr from, NameAddr to, SipVia via, CSeq cseq) =>
        (_from, _to, _topVia, _cseq) = (from, to, via, cseq);

    internal void KeepContacts(IReadOnlyList<NameAddr> contacts) => _contacts = contacts;

    internal void ForgetVia() => _topVia = null;

    private NameAddr ReadAddress(SipHeaderId id) => NameAddr.TryParse(Headers.Get(id) ?? "", out var address)
        ? address : throw new InvalidOperationException($"the message has no {id}");
}

/// <summary>A request, RFC 3261 §7.1.</summary>
public sealed class SipRequest : SipMessage
{
    public SipRequest(string method, SipUri requestUri)
    {
        Method = method;
        RequestUri = requestUri;
    }

    public string Method { get; }

    public SipUri RequestUri { get; internal set; }

    /// <summary>Max-Forwards, 70 when absent (RFC 3261 §20.22).</summary>
    public int MaxForwards => SipText.TryParseNumber(Headers.Get(SipHeaderId.MaxForwards), out var hops) && hops <= 255
        ? (int)hops : 70;

    public bool IsInvite => Method == SipMethods.Invite;

    public bool IsAck => Method == SipMethods.Ack;

    /// <summary>The same request again with its own header list, for a retry or a copy.</summary>
    public SipRequest Copy()
    {
        var copy = new SipRequest(Method, RequestUri) { Body = Body, Headers = new SipHeaderList(Headers.Count + 4) };
        foreach (ref readonly var header in Headers.Items) copy.Headers.Append(header);
        return copy;
    }

    public override string ToString() => $"{Method} {RequestUri}";
}

/// <summary>A response, RFC 3261 §7.2.</summary>
public sealed class SipResponse : SipMessage
{
    public SipResponse(int statusCode, string? reasonPhrase = null)
    {
        StatusCode = statusCode;
        ReasonPhrase = reasonPhrase ?? SipReasonPhrases.Of(statusCode);
    }

    public int StatusCode { get; }

    public string ReasonPhrase { get; }

    public bool IsProvisional => StatusCode < 200;

    public bool IsSuccess => StatusCode is >= 200 and < 300;

    /// <summary>A response as RFC 3261 §8.2.6.2 copies it from a request: Via, From, To, Call-ID, CSeq.</summary>
    /// <param name="request">The request; a malformed one gives what it has.</param>
    /// <param name="toTag">Added to To unless the request has a tag there or the code is 100. Null adds none.</param>
    public static SipResponse For(SipRequest request, int statusCode, string? reasonPhrase = null, string? toTag = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new SipResponse(statusCode, reasonPhrase);
        foreach (ref readonly var header in request.Headers.Items)
        {
            switch (header.Id)
            {
                case SipHeaderId.Via or SipHeaderId.From or SipHeaderId.CallId or SipHeaderId.CSeq:
                case SipHeaderId.Timestamp when statusCode == 100:
                    response.Headers.Append(header);
                    break;
                case SipHeaderId.To:
                    response.Headers.Append(header with { Value = WithTag(header.Value, toTag) });
                    break;
                default: break;
            }
        }

        return response;
    }

    public override string ToString() => $"{StatusCode} {ReasonPhrase}";

    private static string WithTag(string to, string? tag)
    {
        if (tag is null) return to;
        if (!NameAddr.TryParse(to, out var address)) return to;
        return address.Tag is null ? $"{to};tag={tag}" : to;
    }
}

/// <summary>Reading headers that hold lists of addresses.</summary>
internal static class SipHeaderReader
{
    public static bool TryReadAddresses(
        SipHeaderList headers, SipHeaderId id, [NotNullWhen(true)] out IReadOnlyList<NameAddr>? list)
    {
        list = null;
        var addresses = new List<NameAddr>(2);
        foreach (ref readonly var header in headers.Items)
        {
            if (header.Id != id) continue;
            if (header.Value == "*") continue;
            if (!NameAddr.TryParse(header.Value, out var address)) return false;
            addresses.Add(address);
        }

        list = addresses;
        return true;
    }
}
