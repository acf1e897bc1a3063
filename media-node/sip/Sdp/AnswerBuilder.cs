using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Builds the answer to an offer from capabilities (RFC 3264 section 6).</summary>
internal static class AnswerBuilder
{
    public static SessionDescription Build(SessionDescription offer, SessionDescription ours, AnswerChoice choice)
    {
        var free = Enumerable.Range(0, ours.Media.Length).ToList();
        var media = ImmutableArray.CreateBuilder<MediaSection>(offer.Media.Length);
        foreach (var offered in offer.Media)
        {
            // "For each m= line in the offer, there MUST be a corresponding m= line in the answer."
            media.Add(Answer(offer, offered, ours, free, choice));
        }

        // "The t= line in the answer MUST equal that of the offer."
        return ours with { Time = offer.Time, Media = media.ToImmutable() };
    }

    private static MediaSection Answer(
        SessionDescription offer, MediaSection offered, SessionDescription ours, List<int> free, AnswerChoice choice)
    {
        // "If a stream is offered with a port of zero, the port in the answer MUST be zero."
        if (offered.IsRefused) return offered.Refused();

        foreach (var index in free)
        {
            var section = ours.Media[index];
            if (!FormatPairs.SameKind(offered, section)) continue;

            var pairs = FormatPairs.Find(offered, section);
            if (pairs.IsEmpty) continue;
            free.Remove(index);
            return Accept(offer, offered, ours, section, FormatPairs.Choose(pairs, section, choice));
        }

        return offered.Refused();
    }

    private static MediaSection Accept(
        SessionDescription offer, MediaSection offered, SessionDescription ours, MediaSection section,
        ImmutableArray<FormatPair> pairs)
    {
        var answer = section with
        {
            Formats = [.. pairs.Select(p => p.Theirs)], Attributes = Attributes(offered, section, pairs),
        };
        if (section.IsRefused) return answer;

        // Section 6.1: sendonly is answered recvonly or inactive, and so on; never more than we want ourselves.
        var direction = ours.DirectionOf(section) & offer.DirectionOf(offered).Reversed();
        return answer.WithDirection(direction, ours.Attributes.Direction() ?? MediaDirection.SendRecv);
    }

    // The answer speaks in the offerer's payload numbers, so both directions of the stream have one numbering.
    private static ImmutableArray<SdpAttribute> Attributes(
        MediaSection offered, MediaSection section, ImmutableArray<FormatPair> pairs)
    {
        var attributes = ImmutableArray.CreateBuilder<SdpAttribute>(section.Attributes.Length);
        foreach (var attribute in section.Attributes)
        {
            // RFC 5761 section 5.1.1: the answer may multiplex only if the offer does.
            if (attribute.Name is "rtcp-mux" && !offered.RtcpMux) continue;
            if (attribute.Format is not { } format || format == "*")
            {
                attributes.Add(attribute);
                continue;
            }

            var pair = pairs.FirstOrDefault(p => p.Ours == format);
            if (pair.Ours is not null) attributes.Add(attribute.ForFormat(pair.Theirs));
        }

        return attributes.ToImmutable();
    }
}
