using System.Collections.Immutable;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.MediaNode.Node;

using SipHeader = OrleansAcd.Contracts.Media.SipHeader;

/// <summary>Headers that carry context through the centre: User-to-User (RFC 7433) and X-*.</summary>
internal static class ContextHeaders
{
    public const int HeadersMax = 32;
    public const int ValueCharsMax = 1_024;

    /// <param name="dropped">How many were left out: too many, or too long.</param>
    public static ImmutableArray<SipHeader> Of(SipRequest invite, out int dropped)
    {
        dropped = 0;
        var context = ImmutableArray.CreateBuilder<SipHeader>();
        foreach (var header in invite.Headers)
        {
            if (!IsContext(header.Name)) continue;
            if (context.Count == HeadersMax || header.Value.Length > ValueCharsMax) dropped++;
            else context.Add(new SipHeader(header.Name, header.Value));
        }

        return context.ToImmutable();
    }

    /// <summary>For an INVITE of ours; whatever could break a line, or is no name of a header, is left out.</summary>
    public static IReadOnlyList<OrleansAcd.Sip.Messages.SipHeader> ToSip(ImmutableArray<SipHeader> headers) =>
    [
        .. headers
            .Where(header => MayBeSent(header.Name) && header.Name.All(IsNameChar) && !header.Value.Any(char.IsControl))
            .Take(HeadersMax)
            .Select(header => OrleansAcd.Sip.Messages.SipHeader.Of(header.Name, header.Value)),
    ];

    /// <summary>RFC 3892 section 3: an INVITE that a REFER caused says who asked for it.</summary>
    private static bool MayBeSent(string name) =>
        IsContext(name) || name.Equals("Referred-By", StringComparison.OrdinalIgnoreCase);

    private static bool IsContext(string name) =>
        name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("User-to-User", StringComparison.OrdinalIgnoreCase);

    private static bool IsNameChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
