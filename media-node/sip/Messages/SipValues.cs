using System.Globalization;

namespace OrleansAcd.Sip.Messages;

/// <summary>CSeq, RFC 3261 §20.16: a number below 2^31 and the method.</summary>
public readonly record struct CSeq(uint Number, string Method)
{
    public static bool TryParse(ReadOnlySpan<char> text, out CSeq value)
    {
        value = default;
        text = text.Trim();
        var blank = text.IndexOfAny(' ', '\t');
        if (blank <= 0) return false;

        var method = text[blank..].TrimStart();
        if (!SipText.TryParseNumber(text[..blank], out var number) || number > int.MaxValue) return false;
        if (!SipText.IsToken(method)) return false;

        value = new CSeq(number, SipMethods.Intern(method));
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} {Method}");
}

/// <summary>RAck, RFC 3262 §7.2: which reliable provisional response a PRACK acknowledges.</summary>
public readonly record struct RAck(uint ResponseNumber, uint CSeqNumber, string Method)
{
    public static bool TryParse(ReadOnlySpan<char> text, out RAck value)
    {
        value = default;
        text = text.Trim();
        var blank = text.IndexOfAny(' ', '\t');
        if (blank <= 0 || !SipText.TryParseNumber(text[..blank], out var number)) return false;
        if (!CSeq.TryParse(text[blank..], out var cseq)) return false;

        value = new RAck(number, cseq.Number, cseq.Method);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{ResponseNumber} {CSeqNumber} {Method}");
}

/// <summary>Who refreshes a session, RFC 4028 §4.</summary>
public enum SessionRefresher
{
    Unspecified,
    Uac,
    Uas,
}

/// <summary>Session-Expires, RFC 4028 §4.</summary>
public readonly record struct SessionExpires(TimeSpan Interval, SessionRefresher Refresher)
{
    public static bool TryParse(string text, out SessionExpires value)
    {
        value = default;
        var span = text.AsSpan().Trim();
        var semicolon = span.IndexOf(';');
        var number = semicolon < 0 ? span : span[..semicolon].TrimEnd();
        if (!SipText.TryParseNumber(number, out var seconds)) return false;

        var parameters = new SipParameters(semicolon < 0 ? "" : span[semicolon..].ToString());
        var refresher = parameters.Get("refresher");
        value = new SessionExpires(TimeSpan.FromSeconds(seconds),
            string.Equals(refresher, "uac", StringComparison.OrdinalIgnoreCase) ? SessionRefresher.Uac
            : string.Equals(refresher, "uas", StringComparison.OrdinalIgnoreCase) ? SessionRefresher.Uas
            : SessionRefresher.Unspecified);
        return true;
    }

    public override string ToString()
    {
        var seconds = ((long)Interval.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Refresher switch
        {
            SessionRefresher.Uac => seconds + ";refresher=uac",
            SessionRefresher.Uas => seconds + ";refresher=uas",
            _ => seconds,
        };
    }
}

/// <summary>Reason, RFC 3326: why a request was sent, `SIP;cause=480;text="..."`.</summary>
public readonly record struct SipReason(string Protocol, int Cause, string Text)
{
    /// <summary>The first value of a Reason header.</summary>
    public static bool TryParse(string text, out SipReason value)
    {
        value = default;
        var comma = SipText.NextComma(text);
        var span = comma < 0 ? text.AsSpan() : text.AsSpan(0, comma);
        var semicolon = span.IndexOf(';');
        var protocol = (semicolon < 0 ? span : span[..semicolon]).Trim();
        if (!SipText.IsToken(protocol)) return false;

        var parameters = new SipParameters(semicolon < 0 ? "" : span[semicolon..].ToString());
        var cause = SipText.TryParseNumber(parameters.Get("cause"), out var number) && number < 1000 ? (int)number : 0;
        value = new SipReason(protocol.ToString(), cause, parameters.Get("text") ?? "");
        return true;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Protocol};cause={Cause}{(Text.Length == 0 ? "" : ";text=" + SipText.Quote(Text))}");
}

/// <summary>Retry-After, RFC 3261 §20.33: seconds, a comment and a duration.</summary>
public readonly record struct RetryAfter(TimeSpan Delay, TimeSpan? Duration)
{
    public static bool TryParse(string text, out RetryAfter value)
    {
        value = default;
        var span = text.AsSpan().Trim();
        var end = span.IndexOfAnyExceptInRange('0', '9');
        if (!SipText.TryParseNumber(end < 0 ? span : span[..end], out var seconds)) return false;

        var semicolon = span.LastIndexOf(';');
        var parameters = new SipParameters(semicolon < 0 ? "" : span[semicolon..].ToString());
        TimeSpan? duration = SipText.TryParseNumber(parameters.Get("duration"), out var length)
            ? TimeSpan.FromSeconds(length) : null;
        value = new RetryAfter(TimeSpan.FromSeconds(seconds), duration);
        return true;
    }
}

/// <summary>One Warning value, RFC 3261 §20.43.</summary>
public readonly record struct SipWarning(int Code, string Agent, string Text)
{
    public static bool TryParse(string text, out SipWarning value)
    {
        value = default;
        var span = text.AsSpan().Trim();
        var first = span.IndexOf(' ');
        if (first != 3 || !SipText.TryParseNumber(span[..3], out var code)) return false;

        var rest = span[4..].TrimStart();
        var second = rest.IndexOf(' ');
        if (second <= 0) return false;

        var quoted = rest[second..].TrimStart();
        var length = quoted.IsEmpty || quoted[0] != '"' ? -1 : SipText.QuotedLength(quoted);
        if (length < 0) return false;

        value = new SipWarning((int)code, rest[..second].ToString(), SipText.Unquote(quoted[..length]));
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Code} {Agent} {SipText.Quote(Text)}");
}
