using System.Diagnostics.CodeAnalysis;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transfer;

/// <summary>Replaces, RFC 3891 §6.1: the dialog whose place an INVITE wants to take.</summary>
/// <param name="CallId">Its Call-ID.</param>
/// <param name="ToTag">The tag of the side that gets the INVITE; "0" stands for none.</param>
/// <param name="FromTag">The tag of the other side.</param>
/// <param name="IsEarlyOnly">Only while it has not been answered.</param>
public sealed record Replaces(string CallId, string ToTag, string FromTag, bool IsEarlyOnly = false)
{
    /// <summary>A tag longer than that is nobody's.</summary>
    public const int TagCharsMax = 256;

    /// <summary>Reads the value of a header field, or what a URI carried, unescaped.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Replaces? replaces)
    {
        ArgumentNullException.ThrowIfNull(text);
        replaces = null;
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        if (semicolon <= 0 || !SipParameters.IsWellFormed(text.AsSpan(semicolon))) return false;

        var callId = text.AsSpan(0, semicolon).Trim();
        if (callId.IsEmpty || callId.Length > SipLimits.CallIdCharsMax || callId.ContainsAny(" \t,")) return false;

        var parameters = new SipParameters(text[semicolon..]);
        if (!TryTag(parameters, "to-tag", out var to) || !TryTag(parameters, "from-tag", out var from)) return false;

        replaces = new Replaces(callId.ToString(), to, from, parameters.Has("early-only"));
        return true;
    }

    public override string ToString() =>
        $"{CallId};to-tag={ToTag};from-tag={FromTag}{(IsEarlyOnly ? ";early-only" : "")}";

    /// <summary>§6.1: "exactly one to-tag parameter and exactly one from-tag parameter".</summary>
    private static bool TryTag(SipParameters parameters, string name, out string tag)
    {
        tag = "";
        var count = 0;
        foreach (var (key, value) in parameters.All())
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            tag = value;
            count++;
        }

        return count == 1 && tag.Length <= TagCharsMax && SipText.IsToken(tag);
    }
}
