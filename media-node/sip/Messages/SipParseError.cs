namespace OrleansAcd.Sip.Messages;

/// <summary>What was wrong with a message. <see cref="KeepAlive"/> is a datagram of blank lines only (RFC 5626
/// §3.5.1).</summary>
public enum SipParseErrorKind
{
    None,
    KeepAlive,
    TooLarge,
    BadStartLine,
    BadVersion,
    BadRequestUri,
    BadStatusCode,
    TooManyHeaders,
    HeaderLineTooLong,
    TooManyFolds,
    BadHeaderLine,
    BareLineBreak,
    UnterminatedHeaders,
    MissingHeader,
    DuplicateHeader,
    BadVia,
    TooManyVias,
    BadFrom,
    BadTo,
    BadCallId,
    BadCSeq,
    CSeqMethodMismatch,
    BadContact,
    BadRoute,
    BadMaxForwards,
    BadContentLength,
    TruncatedBody,
}

/// <summary>The first fault of a message and what to do about it.</summary>
/// <param name="Kind">The fault.</param>
/// <param name="Header">The header at fault, or <see cref="SipHeaderId.Other"/>.</param>
/// <param name="Answerable">Via, From, To, Call-ID and CSeq are there to be copied: answer <see cref="StatusCode"/>.
/// Otherwise drop the message.</param>
public readonly record struct SipParseError(SipParseErrorKind Kind, SipHeaderId Header, bool Answerable)
{
    /// <summary>505 for another version of SIP (RFC 3261 §21.5.6), else 400.</summary>
    public int StatusCode => Kind is SipParseErrorKind.BadVersion ? 505 : 400;

    /// <summary>RFC 3261 §21.4.1: "The Reason-Phrase SHOULD identify the syntax problem in more detail".</summary>
    public string Reason => Kind switch
    {
        SipParseErrorKind.BadVersion => "Version Not Supported",
        SipParseErrorKind.MissingHeader => $"Missing {SipHeaderNames.NameOf(Header)} header field",
        SipParseErrorKind.DuplicateHeader => $"Repeated {SipHeaderNames.NameOf(Header)} header field",
        SipParseErrorKind.CSeqMethodMismatch => "CSeq method does not match the request",
        SipParseErrorKind.TruncatedBody => "Body shorter than Content-Length",
        SipParseErrorKind.BadRequestUri => "Bad Request-URI",
        SipParseErrorKind.BadStartLine => "Bad request line",
        _ => Header is SipHeaderId.Other ? "Bad Request" : $"Bad {SipHeaderNames.NameOf(Header)} header field",
    };
}
