using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Puts a new offer's sections where the session already has them (RFC 3264 section 8).</summary>
internal static class ReOffer
{
    /// <summary>Every section of the session keeps its place: replaced by the first new one of its medium, else ended
    /// with port 0; what is left of the new ones follows (section 8.1).</summary>
    public static SessionDescription InPlace(SessionDescription standing, SessionDescription wanted)
    {
        var left = wanted.Media.ToList();
        var media = ImmutableArray.CreateBuilder<MediaSection>();
        foreach (var old in standing.Media)
        {
            var next = left.FindIndex(section => section.Media == old.Media);
            if (next < 0)
            {
                media.Add(old.Refused());
                continue;
            }

            media.Add(left[next]);
            left.RemoveAt(next);
        }

        media.AddRange(left);
        return wanted with { Media = media.ToImmutable() };
    }
}
