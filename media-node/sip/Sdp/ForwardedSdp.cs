using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Media beside audio that is passed on packet by packet, as it is.</summary>
public enum ForwardedKind
{
    Video,

    /// <summary>Text as it is typed, RFC 4103.</summary>
    Text,
}

/// <summary>The one codec of such a line, with the number that one side's description gives it.</summary>
/// <param name="Payload">The number.</param>
/// <param name="Format">What it means; the parameters without what describes the sender's own stream.</param>
/// <param name="Feedback">Values of its rtcp-fb lines that we pass on: nack, nack pli, ccm fir (RFC 4585, RFC
/// 5104).</param>
public sealed record ForwardedCodec(string Payload, RtpFormat Format, ImmutableArray<string> Feedback);

/// <summary>What an exchange settled for a line beside audio.</summary>
public sealed record NegotiatedLine
{
    public required ForwardedKind Kind { get; init; }
    public required RtpFormat Format { get; init; }

    /// <summary>Which m= line it is, from 0: the one whose keys are its.</summary>
    public required int SectionIndex { get; init; }

    /// <summary>The number to write on packets we send, and the one on packets that we get.</summary>
    public required byte SendPayloadType { get; init; }
    public required byte ReceivePayloadType { get; init; }
    public IPEndPoint? RemoteRtp { get; init; }
    public IPEndPoint? RemoteRtcp { get; init; }

    /// <summary>What we do: both sides' wishes together.</summary>
    public MediaDirection Direction { get; init; }

    /// <summary>The peer understands a full intra request (RFC 5104 section 4.3.1).</summary>
    public bool TakesFir { get; init; }
}

/// <summary>Lines beside audio in session descriptions: which can be passed on, and what is said about them (RFC 3264
/// section 6).</summary>
/// <remarks>RTP of a few codecs, described plain: <see cref="MediaSecurity"/> adds keys. Everything else is refused in
/// its place with port 0: other media such as BFCP, several lines of a kind, and whatever needs ICE, DTLS or
/// bundling.</remarks>
public static class ForwardedSdp
{
    private static readonly string[] VideoCodecs = ["VP8", "VP9", "H264", "AV1", "H263-1998"];

    /// <summary>The kind of a line, or null when it is none that we pass on.</summary>
    public static ForwardedKind? KindOf(MediaSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var isRtp = MediaSecurity.PlainOf(section.Protocol).ToUpperInvariant() is "RTP/AVP" or "RTP/AVPF";
        var needsMore = section.IceUfrag is not null || section.Fingerprint is not null
            || section.Attributes.Has("bundle-only") || section.Attributes.Has("rtcp-mux-only");
        if (section.IsRefused || !isRtp || needsMore) return null;

        return section.Media switch
        {
            "video" => ForwardedKind.Video,
            "text" => ForwardedKind.Text,
            _ => null,
        };
    }

    /// <summary>The codec of a line that we would pass on: the first known one, or the wanted one.</summary>
    /// <param name="section">Somebody's line.</param>
    /// <param name="wanted">What others in the conversation have; null: anything known.</param>
    public static ForwardedCodec? Choose(MediaSection section, RtpFormat? wanted = null)
    {
        if (KindOf(section) is not { } kind) return null;

        foreach (var payload in section.Formats)
        {
            if (section.FormatOf(payload) is not { } format || !IsKnown(kind, format)) continue;
            if (wanted is not null && !format.Matches(wanted)) continue;
            return new ForwardedCodec(payload, WithoutSource(format), FeedbackOf(section, payload));
        }

        return null;
    }

    /// <summary>Our line for a codec, in the plain form of the profile.</summary>
    /// <param name="bitsPerSecond">What we let through each way; written as b=AS and b=TIAS (RFC 3890).</param>
    public static MediaSection Describe(
        ForwardedKind kind, string protocol, ForwardedCodec codec, int port, int bitsPerSecond) => new()
    {
        Media = kind is ForwardedKind.Video ? "video" : "text",
        Port = port,
        Protocol = MediaSecurity.PlainOf(protocol),
        Formats = [codec.Payload],
        Bandwidths =
        [
            string.Create(CultureInfo.InvariantCulture, $"AS:{Math.Max(1, bitsPerSecond / 1000)}"),
            string.Create(CultureInfo.InvariantCulture, $"TIAS:{bitsPerSecond}"),
        ],
        Attributes = Attributes(codec),
    };

    /// <summary>What the standing session means for a kind of line; null when there is none.</summary>
    public static NegotiatedLine? Negotiated(OfferAnswer exchange, ForwardedKind kind)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (exchange is not { Local: { } local, Remote: { } remote }) return null;

        for (var i = 0; i < Math.Min(local.Media.Length, remote.Media.Length); i++)
        {
            var (ours, theirs) = (local.Media[i], remote.Media[i]);
            if (KindOf(ours) != kind || KindOf(theirs) != kind) continue;
            foreach (var pair in FormatPairs.Find(theirs, ours))
            {
                if (Read(kind, pair, local, remote, i) is { } line) return line;
            }
        }

        return null;
    }

    private static NegotiatedLine? Read(
        ForwardedKind kind, FormatPair pair, SessionDescription local, SessionDescription remote, int index)
    {
        var (ours, theirs) = (local.Media[index], remote.Media[index]);
        if (pair.Format is not { } format || !IsKnown(kind, format)) return null;
        if (!TryNumber(pair.Theirs, out var send) || !TryNumber(pair.Ours, out var receive)) return null;

        var host = remote.ConnectionOf(theirs).Host;
        return new NegotiatedLine
        {
            Kind = kind,
            Format = format,
            SectionIndex = index,
            SendPayloadType = send,
            ReceivePayloadType = receive,
            RemoteRtp = AudioSdp.EndPoint(host, theirs.Port),
            RemoteRtcp = AudioSdp.RtcpEndPoint(theirs, host),
            Direction = local.DirectionOf(ours) & remote.DirectionOf(theirs).Reversed(),
            TakesFir = FeedbackOf(theirs, pair.Theirs).Contains("ccm fir"),
        };
    }

    private static bool IsKnown(ForwardedKind kind, RtpFormat format) => kind is ForwardedKind.Text
        ? format.Is("t140") && format.ClockHz == 1000
        : format.ClockHz == 90_000 && Array.Exists(VideoCodecs, format.Is);

    private static ImmutableArray<SdpAttribute> Attributes(ForwardedCodec codec)
    {
        var lines = ImmutableArray.CreateBuilder<SdpAttribute>();
        lines.Add(new("rtpmap", $"{codec.Payload} {codec.Format}"));
        if (codec.Format.Parameters is { Length: > 0 } parameters)
        {
            lines.Add(new("fmtp", $"{codec.Payload} {parameters}"));
        }

        foreach (var feedback in codec.Feedback) lines.Add(new("rtcp-fb", $"{codec.Payload} {feedback}"));
        lines.Add(new(MediaDirection.SendRecv.Name()));
        return lines.ToImmutable();
    }

    /// <summary>Sprop parameters describe the stream of who wrote them (RFC 6184 section 8.1), not ours.</summary>
    private static RtpFormat WithoutSource(RtpFormat format)
    {
        if (format.Parameters is not { } parameters) return format;

        var kept = parameters.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(parameter => !parameter.StartsWith("sprop-", StringComparison.OrdinalIgnoreCase));
        return format with { Parameters = string.Join(';', kept) };
    }

    private static ImmutableArray<string> FeedbackOf(MediaSection section, string payload)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var attribute in section.Attributes)
        {
            if (attribute.Name is not "rtcp-fb" || (attribute.Format != payload && attribute.Format != "*")) continue;

            var value = attribute.AfterFirstWord.ToLowerInvariant();
            if (value is "nack" or "nack pli" or "ccm fir" && !found.Contains(value)) found.Add(value);
        }

        return found.ToImmutable();
    }

    private static bool TryNumber(string payload, out byte number) =>
        byte.TryParse(payload, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 127;
}
