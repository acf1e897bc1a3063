using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansAcd.Sip.Messages;

/// <summary>The small words of the grammar, RFC 3261 §25.1: tokens, quoted strings, comma lists, escapes.</summary>
public static class SipText
{
    private const string AlphaNumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly SearchValues<char> TokenChars = SearchValues.Create(AlphaNumeric + "-.!%*_+`'~");
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create(Encoding.ASCII.GetBytes(AlphaNumeric + "-.!%*_+`'~"));

    private static readonly SearchValues<char> ListSpecials = SearchValues.Create(",\"<>");

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenChars);

    internal static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    /// <summary>Where the next comma outside quotes and angle brackets is: the text's length when there is none, -1
    /// when a quote is not closed.</summary>
    public static int NextComma(ReadOnlySpan<char> text)
    {
        var angle = false;
        for (var i = 0; i < text.Length; i++)
        {
            var skip = text[i..].IndexOfAny(ListSpecials);
            if (skip < 0) return text.Length;

            i += skip;
            switch (text[i])
            {
                case '"' when !angle:
                    var end = QuotedLength(text[i..]);
                    if (end < 0) return -1;
                    i += end - 1;
                    break;
                case '<': angle = true; break;
                case '>': angle = false; break;
                case ',' when !angle: return i;
                default: break;
            }
        }

        return text.Length;
    }

    /// <summary>Length of the quoted string at the start of the text, with both quotes; -1 when it is not
    /// closed.</summary>
    public static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') return i + 1;
        }

        return -1;
    }

    /// <summary>The content of a quoted string, with backslash escapes resolved. Other text is returned as it
    /// is.</summary>
    public static string Unquote(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"') return text.ToString();

        var inner = text[1..^1];
        if (!inner.Contains('\\')) return inner.ToString();

        var builder = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length) i++;
            builder.Append(inner[i]);
        }

        return builder.ToString();
    }

    /// <summary>A quoted string, with quotes and backslashes escaped and line breaks made blanks.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().IndexOfAny("\"\\\r\n") < 0) return string.Concat("\"", text, "\"");

        var builder = new StringBuilder(text.Length + 8).Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\') builder.Append('\\');
            builder.Append(c is '\r' or '\n' ? ' ' : c);
        }

        return builder.Append('"').ToString();
    }

    /// <summary>Whether a comma list of tokens holds that token, in any case; parameters after ';' do not
    /// count.</summary>
    public static bool ListHas(ReadOnlySpan<char> list, ReadOnlySpan<char> token)
    {
        while (!list.IsEmpty)
        {
            var comma = list.IndexOf(',');
            var item = comma < 0 ? list : list[..comma];
            list = comma < 0 ? [] : list[(comma + 1)..];
            var semicolon = item.IndexOf(';');
            if (semicolon >= 0) item = item[..semicolon];
            if (item.Trim().Equals(token, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>Resolves %hh escapes as UTF-8 (RFC 3261 §19.1.2). An escape that is none stays as written.</summary>
    public static string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('%')) return text.ToString();

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            if (IsEscape(text))
            {
                bytes[length++] = byte.Parse(text.Slice(1, 2), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture);
                text = text[3..];
                continue;
            }

            var next = text.Length > 1 ? text[1..].IndexOf('%') + 1 : 0;
            var run = next <= 0 ? text.Length : next;
            length += Encoding.UTF8.GetBytes(text[..run], bytes.AsSpan(length));
            text = text[run..];
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    internal static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 3 && text[0] == '%' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);

    /// <summary>A decimal number of digits only, at most 2^32-1. Leading zeros are allowed.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, out uint value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
