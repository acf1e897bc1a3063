using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansAcd.Sip.Messages;

/// <summary>Parameters `;name=value;name` as they stand in a header or a URI, read where they are (RFC 3261
/// §7.3.1).</summary>
/// <param name="Text">From the first semicolon on, or empty.</param>
public readonly record struct SipParameters(string Text)
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" \t<>\",");

    public bool IsEmpty => string.IsNullOrEmpty(Text);

    public bool Has(string name) => TryGet(name, out _);

    /// <summary>The value of a parameter, unquoted; null when it is absent or has no value.</summary>
    public string? Get(string name) => TryGet(name, out var value) ? value : null;

    /// <summary>True when the parameter is there. Its value is empty for a parameter without one.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        var rest = (Text ?? "").AsSpan();
        while (TryTake(ref rest, out var key, out var raw))
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;

            value = SipText.Unquote(raw);
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>All parameters in order, values as written.</summary>
    public IEnumerable<KeyValuePair<string, string>> All()
    {
        var at = 0;
        var text = Text ?? "";
        while (at < text.Length)
        {
            var (name, value, next) = TakeAt(text, at);
            if (next < 0) yield break;
            at = next;
            yield return new KeyValuePair<string, string>(name, value);
        }
    }

    /// <summary>The same parameters with one set; a null value makes a flag.</summary>
    public SipParameters With(string name, string? value)
    {
        var without = Without(name).Text;
        return new SipParameters(value is null ? $"{without};{name}" : $"{without};{name}={value}");
    }

    public SipParameters Without(string name)
    {
        var text = Text ?? "";
        var at = 0;
        while (at < text.Length)
        {
            var (key, _, next) = TakeAt(text, at);
            if (next < 0) break;
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return new SipParameters(text.Remove(at, next - at));
            }

            at = next;
        }

        return new SipParameters(text);
    }

    /// <summary>Whether the text is a sequence of `;token[=value]`, with blanks allowed around the marks.</summary>
    internal static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (!TryTake(ref text, out var name, out _)) return false;
            if (name.ContainsAny(NotInNames) || name.IsEmpty) return false;
        }

        return true;
    }

    private static (string Name, string Value, int Next) TakeAt(string text, int at)
    {
        var rest = text.AsSpan(at);
        return TryTake(ref rest, out var name, out var value)
            ? (name.ToString(), value.ToString(), text.Length - rest.Length)
            : ("", "", -1);
    }

    private static bool TryTake(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        name = value = default;
        rest = rest.TrimStart();
        if (rest.IsEmpty || rest[0] != ';') return false;

        rest = rest[1..];
        var end = EndOfParameter(rest);
        if (end < 0) return false;

        var item = rest[..end];
        rest = rest[end..];
        var equals = item.IndexOf('=');
        name = (equals < 0 ? item : item[..equals]).Trim();
        value = equals < 0 ? default : item[(equals + 1)..].Trim();
        return true;
    }

    private static int EndOfParameter(ReadOnlySpan<char> text)
    {
        var at = text.IndexOfAny(';', '"');
        if (at < 0) return text.Length;
        if (text[at] == ';') return at;

        var quoted = SipText.QuotedLength(text[at..]);
        if (quoted < 0) return -1;

        var after = text[(at + quoted)..].IndexOf(';');
        return after < 0 ? text.Length : at + quoted + after;
    }
}

/// <summary>A header value in front of its parameters.</summary>
public readonly ref struct SipValue(string text)
{
    /// <summary>What stands before the first semicolon.</summary>
    public ReadOnlySpan<char> Main { get; } = text.Contains(';', StringComparison.Ordinal)
        ? text.AsSpan(0, text.IndexOf(';', StringComparison.Ordinal)).Trim() : text.AsSpan().Trim();
}
