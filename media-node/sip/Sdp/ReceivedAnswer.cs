using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Reads an answer against the offer it answers (RFC 3264 section 7): what of the offer stands.</summary>
internal static class ReceivedAnswer
{
    /// <summary>The offer with formats the answer does not have taken out, and sections it refuses at port 0.</summary>
    /// <remarks>Sections the answer lacks, or answers with another medium, count as refused; surplus ones are
    /// ignored.</remarks>
    public static SessionDescription WhatStands(SessionDescription offer, SessionDescription answer)
    {
        var media = ImmutableArray.CreateBuilder<MediaSection>(offer.Media.Length);
        for (var i = 0; i < offer.Media.Length; i++)
        {
            var answered = i < answer.Media.Length ? answer.Media[i] : null;
            media.Add(WhatStands(offer.Media[i], answered));
        }

        return offer with { Media = media.ToImmutable() };
    }

    private static MediaSection WhatStands(MediaSection offered, MediaSection? answered)
    {
        if (answered is null || offered.IsRefused || answered.IsRefused) return offered.Refused();
        if (!FormatPairs.SameKind(offered, answered)) return offered.Refused();

        var pairs = FormatPairs.Find(answered, offered);
        if (pairs.IsEmpty) return offered.Refused();

        // Their order is their preference; the numbers stay ours, for that is what they must send to us.
        var kept = pairs.Select(p => p.Ours).ToImmutableArray();
        return offered with
        {
            Formats = kept,
            Attributes = offered.Attributes.RemoveAll(a => a.Format is { } f && f != "*" && !kept.Contains(f)),
        };
    }
}
