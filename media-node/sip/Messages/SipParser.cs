using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace OrleansAcd.Sip.Messages;

/// <summary>Bytes to messages, RFC 3261 §7 and §25. Never throws; every size has a limit in
/// <see cref="SipLimits"/>.</summary>
/// <remarks>A whole message is read even after its first fault, so that a request can still be answered 400 when the
/// headers to copy are there (<see cref="SipParseError.Answerable"/>). Comma lists of Via, Route, Record-Route, Path
/// and Contact become one header field a value.</remarks>
public static class SipParser
{
    /// <summary>A whole message, as of one datagram. The body is a copy.</summary>
    /// <returns>False with an error; then <paramref name="message"/> is what was readable, or null.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out SipMessage? message, out SipParseError error)
    {
        var reader = new SipMessageReader(bytes);
        var good = reader.TryRead(out message, out error, out var bodyStart, out var bodyLength);
        if (message is not null && bodyLength > 0) message.Body = bytes.Slice(bodyStart, bodyLength).ToArray();
        return good;
    }

    /// <summary>The same, where the message may keep a part of <paramref name="bytes"/> as its body.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, out SipMessage? message, out SipParseError error)
    {
        var reader = new SipMessageReader(bytes.Span);
        var good = reader.TryRead(out message, out error, out var bodyStart, out var bodyLength);
        if (message is not null && bodyLength > 0) message.Body = bytes.Slice(bodyStart, bodyLength);
        return good;
    }
}

/// <summary>One pass over one message.</summary>
internal ref struct SipMessageReader(ReadOnlySpan<byte> bytes)
{
    private static readonly SipHeaderId[] Mandatory =
        [SipHeaderId.Via, SipHeaderId.From, SipHeaderId.To, SipHeaderId.CallId, SipHeaderId.CSeq];

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private SipParseErrorKind _fault;
    private SipHeaderId _faultHeader;

    public bool TryRead(
        [NotNullWhen(true)] out SipMessage? message, out SipParseError error, out int bodyStart, out int bodyLength)
    {
        message = null;
        bodyStart = bodyLength = 0;
        if (_bytes.Length > SipLimits.MessageBytesMax) Fail(SipParseErrorKind.TooLarge);
        else if (SkipBlankLines()) message = ReadStartLine();

        if (message is null)
        {
            error = new SipParseError(_fault, SipHeaderId.Other, false);
            return false;
        }

        ReadHeaders(message.Headers);
        bodyStart = _at;
        bodyLength = ReadBodyLength(message.Headers);
        var routable = SipMessageChecks.TryCheck(message, out var kind, out var header);
        if (kind is not SipParseErrorKind.None) Fail(kind, header);

        error = new SipParseError(_fault, _faultHeader, routable && IsAnswerable(message));
        return _fault is SipParseErrorKind.None;
    }

    private static bool IsAnswerable(SipMessage message)
    {
        if (message is not SipRequest { IsAck: false }) return false;
        foreach (var id in Mandatory)
        {
            if (string.IsNullOrEmpty(message.Headers.Get(id))) return false;
        }

        return true;
    }

    private void Fail(SipParseErrorKind kind, SipHeaderId header = SipHeaderId.Other)
    {
        if (_fault is SipParseErrorKind.None) (_fault, _faultHeader) = (kind, header);
    }

    /// <summary>§7.5: "implementations ... MUST ignore any CRLF appearing before the start-line".</summary>
    private bool SkipBlankLines()
    {
        while (_at < _bytes.Length && _bytes[_at] is (byte)'\r' or (byte)'\n') _at++;
        if (_at < _bytes.Length && (_bytes.Length - _at > 3 || _bytes[_at] != 0)) return true;

        Fail(SipParseErrorKind.KeepAlive);
        return false;
    }

    private SipMessage? ReadStartLine()
    {
        var rest = _bytes[_at..];
        var end = rest.IndexOf("\r\n"u8);
        var line = end < 0 ? rest : rest[..end];
        _at += end < 0 ? line.Length : end + 2;
        if (line.Length > SipLimits.HeaderLineBytesMax || line.ContainsAny((byte)'\r', (byte)'\n'))
        {
            Fail(SipParseErrorKind.BadStartLine);
            return null;
        }

        return line.StartsWith("SIP/"u8) ? ReadStatusLine(line) : ReadRequestLine(line);
    }

    private SipResponse? ReadStatusLine(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("SIP/2.0 "u8))
        {
            Fail(SipParseErrorKind.BadVersion);
            return null;
        }

        var rest = line[8..];
        var good = rest.Length >= 3 && (rest.Length == 3 || rest[3] == ' ');
        var code = 0;
        for (var i = 0; good && i < 3; i++)
        {
            good = rest[i] is >= (byte)'0' and <= (byte)'9';
            code = (code * 10) + rest[i] - '0';
        }

        if (!good || code is < 100 or > 699)
        {
            Fail(SipParseErrorKind.BadStatusCode);
            return null;
        }

        var phrase = rest.Length <= 4 ? "" : PhraseOf(code, rest[4..]);
        return new SipResponse(code, phrase);
    }

    private static string PhraseOf(int code, ReadOnlySpan<byte> bytes)
    {
        var usual = SipReasonPhrases.Of(code);
        return Ascii.Equals(bytes, usual) ? usual : Encoding.UTF8.GetString(bytes);
    }

    private SipRequest? ReadRequestLine(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || first > SipLimits.MethodCharsMax || !SipText.IsToken(line[..first]))
        {
            Fail(SipParseErrorKind.BadStartLine);
            return null;
        }

        var method = SipMethods.Intern(line[..first]);
        if (last <= first)
        {
            Fail(SipParseErrorKind.BadStartLine);
            return new SipRequest(method, SipMessageChecks.NoUri);
        }

        CheckVersion(line[(last + 1)..]);
        var target = line.Slice(first + 1, last - first - 1);
        if (target.Length <= SipLimits.UriCharsMax
            && SipUri.TryParse(Encoding.UTF8.GetString(target), out var uri) && uri.HeadersText.Length == 0)
        {
            return new SipRequest(method, uri);
        }

        Fail(SipParseErrorKind.BadRequestUri);
        return new SipRequest(method, SipMessageChecks.NoUri);
    }

    private void CheckVersion(ReadOnlySpan<byte> version)
    {
        if (Ascii.EqualsIgnoreCase(version, "SIP/2.0"u8)) return;
        Fail(version.Length > 4 && Ascii.EqualsIgnoreCase(version[..4], "SIP/"u8)
            ? SipParseErrorKind.BadVersion : SipParseErrorKind.BadStartLine);
    }

    private void ReadHeaders(SipHeaderList headers)
    {
        for (var lines = 0; lines <= SipLimits.HeaderLinesMax; lines++)
        {
            var length = TakeLine(out var folds);
            if (length == 0) return;
            if (length < 0)
            {
                Fail(SipParseErrorKind.UnterminatedHeaders);
                return;
            }

            ReadHeaderLine(headers, _bytes.Slice(_at - length - 2, length), folds);
        }

        Fail(SipParseErrorKind.TooManyHeaders);
        _at = _bytes.Length;
    }

    /// <summary>Moves past one header with its folds. Gives its length without the last CRLF, 0 at the blank line, -1
    /// at the end of the bytes.</summary>
    private int TakeLine(out int folds)
    {
        folds = 0;
        var start = _at;
        while (true)
        {
            var end = _bytes[_at..].IndexOf("\r\n"u8);
            if (end < 0)
            {
                // A datagram that ends after a whole header line lacks only the blank line: taken as it is.
                var whole = _at == _bytes.Length;
                _at = _bytes.Length;
                return whole ? 0 : -1;
            }

            _at += end + 2;
            var blank = _at - start == 2;
            if (blank || _at >= _bytes.Length || _bytes[_at] is not ((byte)' ' or (byte)'\t')) return _at - start - 2;
            folds++;
        }
    }

    private void ReadHeaderLine(SipHeaderList headers, ReadOnlySpan<byte> line, int folds)
    {
        if (line.Length > SipLimits.HeaderLineBytesMax)
        {
            Fail(SipParseErrorKind.HeaderLineTooLong);
            return;
        }

        if (folds > SipLimits.FoldsMax)
        {
            Fail(SipParseErrorKind.TooManyFolds);
            return;
        }

        if (folds > 0) line = Unfold(line);
        var colon = line.IndexOf((byte)':');
        var name = colon <= 0 ? [] : line[..colon].TrimEnd(" \t"u8);
        if (!SipText.IsToken(name))
        {
            Fail(SipParseErrorKind.BadHeaderLine);
            return;
        }

        if (line.ContainsAny((byte)'\r', (byte)'\n')) Fail(SipParseErrorKind.BareLineBreak);
        else AddHeader(headers, name, line[(colon + 1)..].Trim(" \t"u8));
    }

    /// <summary>§7.3.1: line breaks with the blanks around them are one blank.</summary>
    private static ReadOnlySpan<byte> Unfold(ReadOnlySpan<byte> line)
    {
        var output = new byte[line.Length];
        var length = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\r' && i + 1 < line.Length && line[i + 1] == '\n')
            {
                i += 2;
                while (i < line.Length && line[i] is (byte)' ' or (byte)'\t') i++;
                output[length++] = (byte)' ';
                i--;
                continue;
            }

            output[length++] = line[i];
        }

        return output.AsSpan(0, length);
    }

    private void AddHeader(SipHeaderList headers, ReadOnlySpan<byte> name, ReadOnlySpan<byte> valueBytes)
    {
        var id = SipHeaderNames.Find(name);
        var value = Encoding.UTF8.GetString(valueBytes);
        var canonical = id is SipHeaderId.Other ? Encoding.UTF8.GetString(name) : SipHeaderNames.NameOf(id);
        var splits = id is SipHeaderId.Via or SipHeaderId.Route or SipHeaderId.RecordRoute or SipHeaderId.Contact
            or SipHeaderId.Path;
        if (!splits || !value.Contains(',', StringComparison.Ordinal))
        {
            headers.Append(new SipHeader(id, canonical, value));
            return;
        }

        SplitList(headers, id, value);
    }

    private void SplitList(SipHeaderList headers, SipHeaderId id, string value)
    {
        var rest = value.AsSpan();
        while (headers.Count <= SipLimits.HeaderLinesMax)
        {
            var comma = SipText.NextComma(rest);
            if (comma < 0) Fail(SipMessageChecks.FaultOf(id), id);
            var item = comma < 0 ? rest : rest[..comma];
            headers.Append(new SipHeader(id, SipHeaderNames.NameOf(id), item.Trim().ToString()));
            if (comma < 0 || comma == rest.Length) return;
            rest = rest[(comma + 1)..];
        }

        Fail(SipParseErrorKind.TooManyHeaders, id);
    }

    /// <summary>§18.3: over UDP a body without Content-Length ends with the datagram; a longer datagram is cut, a
    /// shorter one is answered 400. All Content-Length fields have to agree.</summary>
    private int ReadBodyLength(SipHeaderList headers)
    {
        var available = _bytes.Length - _at;
        var length = -1L;
        foreach (ref readonly var header in headers.Items)
        {
            if (header.Id is not SipHeaderId.ContentLength) continue;
            if (!SipText.TryParseNumber(header.Value, out var number) || (length >= 0 && length != number))
            {
                Fail(SipParseErrorKind.BadContentLength, SipHeaderId.ContentLength);
                return 0;
            }

            length = number;
        }

        if (length <= available) return length < 0 ? available : (int)length;
        Fail(SipParseErrorKind.TruncatedBody, SipHeaderId.ContentLength);
        return 0;
    }
}
