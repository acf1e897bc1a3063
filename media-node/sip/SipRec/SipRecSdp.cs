using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.Sip.SipRec;

/// <summary>One m= line of a recording session: what one party says.</summary>
/// <param name="Label">Ties it to the metadata (RFC 4574).</param>
/// <param name="Port">Ours; 0 when the party is gone.</param>
/// <param name="Codecs">What may come on it, the usual one first.</param>
public sealed record SipRecLine(string Label, int Port, ImmutableArray<AudioCodec> Codecs)
{
    /// <summary>What it can be encrypted with, a key for each suite (RFC 4568 section 5.1.1); empty: nothing.</summary>
    public ImmutableArray<CryptoAttribute> Keys { get; init; } = [];

    /// <summary>It is not sent plain.</summary>
    public bool IsSecureOnly { get; init; }

    /// <summary>Nothing is sent for now (RFC 7866 section 7.1.1.1).</summary>
    public bool IsPaused { get; init; }
}

/// <summary>Where the recorder wants a line.</summary>
/// <param name="Rtp">Its address.</param>
/// <param name="Codecs">What it takes, with its payload numbers.</param>
public sealed record SipRecSink(IPEndPoint Rtp, ImmutableArray<AudioCodec> Codecs)
{
    /// <summary>Its address for RTCP (RFC 3605), the next port when it says nothing; null: none that can be.</summary>
    public IPEndPoint? Rtcp { get; init; }

    /// <summary>What both sides encrypt with; null: plain.</summary>
    public AgreedCrypto? Crypto { get; init; }
}

/// <summary>Session descriptions of a recording session, on the client's side (RFC 7866 section 7.1.1).</summary>
public static class SipRecSdp
{
    /// <summary>Lines of a recording session at most.</summary>
    public const int LinesMax = 16;

    /// <summary>Each line is sendonly, a paused one inactive: a recorder has nothing to say.</summary>
    public static SessionDescription Describe(SdpOrigin origin, string address, IEnumerable<SipRecLine> lines) => new()
    {
        Origin = origin,
        Connection = SdpConnection.Of(address),
        Media = [.. lines.Take(LinesMax).Select(Section)],
    };

    /// <summary>What an answer, or a later offer of the recorder, says for each line of ours; null: nothing is
    /// wanted.</summary>
    public static ImmutableArray<SipRecSink?> Sinks(SessionDescription ours, SessionDescription theirs)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        return
        [
            .. ours.Media.Select((line, i) => i < theirs.Media.Length ? Sink(line, theirs, theirs.Media[i]) : null),
        ];
    }

    /// <summary>Our answer to an offer of the recorder, such as a pause (RFC 7866 section 7.2): the same lines, none
    /// with more than it wants. Null when its lines are not ours.</summary>
    public static SessionDescription? Answer(SessionDescription ours, SessionDescription theirs)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        if (theirs.Media.Length != ours.Media.Length) return null;

        return ours with { Media = [.. ours.Media.Select((line, i) => AnswerTo(line, theirs, theirs.Media[i]))] };
    }

    /// <summary>Whether a line that must be encrypted is taken without a key.</summary>
    public static bool LacksKeys(SessionDescription ours, SessionDescription theirs)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        return ours.Media.Zip(theirs.Media).Any(pair =>
            IsSecure(pair.First) && !pair.First.IsRefused && !pair.Second.IsRefused
            && Agreed(pair.First, pair.Second) is null);
    }

    private static MediaSection Section(SipRecLine line) => new()
    {
        Media = "audio",
        Port = line.Port,
        Protocol = line.IsSecureOnly ? "RTP/SAVP" : "RTP/AVP",
        Formats = [.. line.Codecs.Select(codec => codec.Number)],
        Attributes = line.Port == 0 ? [] : Attributes(line),
    };

    private static ImmutableArray<SdpAttribute> Attributes(SipRecLine line)
    {
        var lines = ImmutableArray.CreateBuilder<SdpAttribute>();
        foreach (var codec in line.Codecs)
        {
            lines.Add(new("rtpmap", $"{codec.Number} {codec.Format}"));
            if (codec.Format.Parameters is { } parameters) lines.Add(new("fmtp", $"{codec.Number} {parameters}"));
        }

        foreach (var key in line.Keys) lines.Add(key.ToAttribute());
        lines.Add(new("label", line.Label));
        lines.Add(new((line.IsPaused ? MediaDirection.Inactive : MediaDirection.SendOnly).Name()));
        return lines.ToImmutable();
    }

    private static MediaSection AnswerTo(MediaSection line, SessionDescription theirs, MediaSection section)
    {
        if (line.IsRefused || section.IsRefused || !IsKept(line, section, out var crypto)) return line.Refused();

        // RFC 4568 section 5.1.2: exactly one key, under the tag of theirs that it goes with.
        var others = line.Attributes.Where(attribute => attribute.Name != "crypto");
        var answer = line with { Protocol = section.Protocol, Attributes = [.. others] };
        if (crypto is not null)
        {
            var key = crypto.Local.WithTag(crypto.Remote.Tag).ToAttribute();
            answer = answer with { Attributes = answer.Attributes.Add(key) };
        }

        var ours = line.Attributes.Direction() ?? MediaDirection.SendOnly;
        return answer.WithDirection(theirs.DirectionOf(section).Reversed() & ours & MediaDirection.SendOnly);
    }

    /// <summary>Whether what they want is no less than we do: a secure profile is none without keys.</summary>
    private static bool IsKept(MediaSection line, MediaSection section, out AgreedCrypto? crypto)
    {
        crypto = Agreed(line, section);
        return crypto is not null || (!IsSecure(line) && !IsSecure(section));
    }

    private static bool IsSecure(MediaSection section) =>
        section.Protocol.Contains("SAVP", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first of their keys for whose suite we have one.</summary>
    private static AgreedCrypto? Agreed(MediaSection line, MediaSection section)
    {
        var ours = KeysOf(line).ToList();
        foreach (var theirs in KeysOf(section))
        {
            if (ours.Find(key => key.Suite == theirs.Suite) is { } own) return new AgreedCrypto(own, theirs);
        }

        return null;
    }

    private static IEnumerable<CryptoAttribute> KeysOf(MediaSection section)
    {
        foreach (var value in section.Crypto)
        {
            if (CryptoAttribute.TryParse(value, out var key) == CryptoError.None) yield return key!;
        }
    }

    private static SipRecSink? Sink(MediaSection line, SessionDescription theirs, MediaSection section)
    {
        var isWanted = !line.IsRefused && !section.IsRefused && section.Media == "audio" && section.IsRtp
            && (theirs.DirectionOf(section) & MediaDirection.RecvOnly) != 0;
        var host = theirs.ConnectionOf(section).Host;
        if (!isWanted || AudioSdp.EndPoint(host, section.Port) is not { } rtp) return null;
        if (!IsKept(line, section, out var crypto)) return null;

        var codecs = section.Formats.Select(number => Codec(line, section, number)).OfType<AudioCodec>();
        return codecs.ToImmutableArray() is { Length: > 0 } taken
            ? new SipRecSink(rtp, taken) { Rtcp = AudioSdp.RtcpEndPoint(section, host), Crypto = crypto }
            : null;
    }

    /// <summary>RFC 3264 section 6.1: an answer may number dynamic types as it likes.</summary>
    private static AudioCodec? Codec(MediaSection line, MediaSection section, string number)
    {
        var isNumber = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var type);
        if (!isNumber || type > 127 || section.FormatOf(number) is not { } format) return null;

        return line.Formats.Any(ours => line.FormatOf(ours) is { } offered && offered.Matches(format))
            ? new AudioCodec(type, format) : null;
    }
}
