using System.Text;

namespace OrleansAcd.Sip.SipRec;

/// <summary>One part of a body.</summary>
public sealed record BodyPart(string ContentType, ReadOnlyMemory<byte> Content, string? Disposition = null);

/// <summary>Bodies of several parts, multipart/mixed (RFC 2046 section 5.1, RFC 5621).</summary>
public static class MultipartBody
{
    /// <summary>Parts that are looked at; later ones are not found.</summary>
    public const int PartsMax = 16;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private static ReadOnlySpan<byte> HeaderEnd => "\r\n\r\n"u8;

    /// <summary>The Content-Type that goes with <see cref="Write"/>.</summary>
    public static string TypeOf(string boundary) => $"multipart/mixed;boundary=\"{boundary}\"";

    /// <param name="boundary">Must not be in any part: random.</param>
    /// <param name="parts">In their order.</param>
    public static byte[] Write(string boundary, params BodyPart[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        using var body = new MemoryStream();
        foreach (var part in parts)
        {
            var disposition = part.Disposition is { } text ? $"Content-Disposition: {text}\r\n" : "";
            Add(body, $"--{boundary}\r\nContent-Type: {part.ContentType}\r\n{disposition}\r\n");
            body.Write(part.Content.Span);
            Add(body, "\r\n");
        }

        Add(body, $"--{boundary}--\r\n");
        return body.ToArray();
    }

    /// <summary>The first part of a type; the body itself when it is of that type; else empty. Never throws.</summary>
    /// <param name="contentType">The header of the message, parameters included.</param>
    /// <param name="body">The body of the message.</param>
    /// <param name="wanted">A type without parameters.</param>
    public static ReadOnlyMemory<byte> Find(string? contentType, ReadOnlyMemory<byte> body, string wanted)
    {
        if (IsOf(contentType, wanted)) return body;
        if (BoundaryOf(contentType) is not { } boundary) return default;

        var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
        var at = body.Span.IndexOf(delimiter);
        for (var i = 0; i < PartsMax && at >= 0; i++)
        {
            var rest = body[(at + delimiter.Length)..];
            var end = IndexOfDelimiter(rest.Span, delimiter);
            if (end < 0) return default;

            if (TryPart(rest[..end], wanted, out var content)) return content;
            at += delimiter.Length + end + LineEnd.Length;
        }

        return default;
    }

    private static void Add(MemoryStream body, string text) => body.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Where the line break before the next delimiter is.</summary>
    private static int IndexOfDelimiter(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> delimiter)
    {
        Span<byte> line = stackalloc byte[LineEnd.Length + delimiter.Length];
        LineEnd.CopyTo(line);
        delimiter.CopyTo(line[LineEnd.Length..]);
        return rest.IndexOf(line);
    }

    /// <param name="part">From the end of its delimiter on.</param>
    /// <param name="wanted">A type.</param>
    /// <param name="content">What follows the headers.</param>
    private static bool TryPart(ReadOnlyMemory<byte> part, string wanted, out ReadOnlyMemory<byte> content)
    {
        content = default;
        var end = part.Span.IndexOf(HeaderEnd);
        if (end < 0) return false;

        content = part[(end + HeaderEnd.Length)..];
        foreach (var line in Encoding.UTF8.GetString(part.Span[..end]).Split("\r\n"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var isType = colon > 0
                && line.AsSpan(0, colon).Trim().Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
            if (isType) return IsOf(line[(colon + 1)..], wanted);
        }

        return false;
    }

    private static bool IsOf(string? contentType, string wanted) => contentType is not null
        && contentType.Split(';', 2)[0].Trim().Equals(wanted, StringComparison.OrdinalIgnoreCase);

    /// <summary>RFC 2046 section 5.1.1: 1 to 70 characters.</summary>
    private static string? BoundaryOf(string? contentType)
    {
        if (contentType?.TrimStart().StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) != true) return null;

        foreach (var parameter in contentType.Split(';', StringSplitOptions.TrimEntries))
        {
            var pair = parameter.Split('=', 2, StringSplitOptions.TrimEntries);
            var isBoundary = pair.Length == 2 && pair[0].Equals("boundary", StringComparison.OrdinalIgnoreCase);
            if (isBoundary && pair[1].Trim('"') is { Length: > 0 and <= 70 } boundary) return boundary;
        }

        return null;
    }
}
