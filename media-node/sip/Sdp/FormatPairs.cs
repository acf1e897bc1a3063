using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>A format that both sections have: its number in the peer's section and its number in ours.</summary>
internal readonly record struct FormatPair(string Theirs, string Ours, RtpFormat? Format)
{
    // A format without a name (not RTP, or a number nobody mapped) stands for itself.
    public bool IsCodec => Format?.IsCodec ?? true;
}

/// <summary>Finds common formats of two sections (RFC 3264 sections 6.1 and 7), by meaning and not by number.</summary>
internal static class FormatPairs
{
    /// <summary>Whether two m= lines can be answers to each other at all.</summary>
    public static bool SameKind(MediaSection one, MediaSection other)
        => one.Media == other.Media && string.Equals(one.Protocol, other.Protocol, StringComparison.OrdinalIgnoreCase);

    /// <summary>The common formats in the peer's order, each of ours used once; empty when none carries
    /// media.</summary>
    /// <remarks>A section of events alone is matched by events alone (RFC 4317 section 2.4); beside codecs they are not
    /// enough, for then there is no voice.</remarks>
    public static ImmutableArray<FormatPair> Find(MediaSection theirs, MediaSection ours)
    {
        var pairs = ImmutableArray.CreateBuilder<FormatPair>();
        var theyHaveCodec = false;
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var payload in theirs.Formats)
        {
            var meaning = theirs.FormatOf(payload);
            theyHaveCodec |= meaning?.IsCodec ?? true;
            if (Counterpart(payload, meaning, ours, used) is not { } own) continue;
            used.Add(own);
            pairs.Add(new FormatPair(payload, own, meaning));
        }

        var voiceless = theyHaveCodec && !pairs.Any(p => p.IsCodec);
        return voiceless ? [] : pairs.ToImmutable();
    }

    private static string? Counterpart(string payload, RtpFormat? meaning, MediaSection ours, HashSet<string> used)
    {
        foreach (var own in ours.Formats)
        {
            if (used.Contains(own)) continue;
            var ownMeaning = ours.FormatOf(own);
            var same = meaning is null || ownMeaning is null
                ? meaning is null && ownMeaning is null && own == payload
                : meaning.Matches(ownMeaning);
            if (same) return own;
        }

        return null;
    }

    /// <summary>Applies the answerer's choice: order, and the first codec alone with what rides beside it.</summary>
    public static ImmutableArray<FormatPair> Choose(ImmutableArray<FormatPair> pairs, MediaSection ours,
        AnswerChoice choice)
    {
        if (choice.OwnPreference) pairs = [.. pairs.OrderBy(p => ours.Formats.IndexOf(p.Ours))];
        if (choice.SeveralCodecs || !pairs.Any(p => p.IsCodec)) return pairs;

        var codec = pairs.First(p => p.IsCodec);
        var events = Companion(pairs, codec, format => format.IsTelephoneEvent);
        var noise = Companion(pairs, codec, format => format.IsComfortNoise);
        return [.. pairs.Where(p => p == codec || p == events || p == noise)];
    }

    // RFC 4733 section 2.1: events share the clock of the audio beside them; some phones offer 8000 alone.
    private static FormatPair? Companion(ImmutableArray<FormatPair> pairs, FormatPair codec, Func<RtpFormat, bool> kind)
    {
        FormatPair? any = null;
        foreach (var pair in pairs)
        {
            if (pair.Format is not { } format || !kind(format)) continue;
            if (format.ClockHz == codec.Format?.ClockHz) return pair;
            any ??= pair;
        }

        return any;
    }
}
