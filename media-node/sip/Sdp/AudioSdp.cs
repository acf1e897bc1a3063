using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Between plain audio terms and session descriptions: capabilities in, what was negotiated out.</summary>
public static class AudioSdp
{
    /// <summary>The description that offers, or answers with, a capability: one RTP/AVP section.</summary>
    public static SessionDescription Describe(AudioCapability capability, SdpOrigin origin) => new()
    {
        Origin = origin,
        Connection = SdpConnection.Of(capability.Address),
        Media =
        [
            new MediaSection
            {
                Media = "audio",
                Port = capability.RtpPort,
                Protocol = "RTP/AVP",
                Formats = [.. capability.Codecs.Select(c => c.Number)],
                Attributes = Attributes(capability),
            },
        ],
    };

    /// <summary>What the machine's standing session means for audio; null when no audio section was accepted.</summary>
    public static NegotiatedAudio? Negotiated(this OfferAnswer exchange)
        => exchange is { Local: { } local, Remote: { } remote } ? Read(local, remote, exchange.WeAnswered) : null;

    private static ImmutableArray<SdpAttribute> Attributes(AudioCapability capability)
    {
        var lines = ImmutableArray.CreateBuilder<SdpAttribute>();
        foreach (var codec in capability.Codecs)
        {
            lines.Add(new("rtpmap", $"{codec.Number} {codec.Format}"));
            if (codec.Format.Parameters is { } parameters) lines.Add(new("fmtp", $"{codec.Number} {parameters}"));
        }

        lines.Add(new("ptime", capability.Ptime.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)));
        if (capability.RtcpPort > 0) lines.Add(new("rtcp", capability.RtcpPort.ToString(CultureInfo.InvariantCulture)));
        if (capability.RtcpMux) lines.Add(new("rtcp-mux"));
        lines.Add(new(capability.Direction.Name()));
        return lines.ToImmutable();
    }

    private static NegotiatedAudio? Read(SessionDescription local, SessionDescription remote, bool weAnswered)
    {
        for (var i = 0; i < Math.Min(local.Media.Length, remote.Media.Length); i++)
        {
            var (ours, theirs) = (local.Media[i], remote.Media[i]);
            if (ours.Media != "audio" || ours.IsRefused || theirs.IsRefused || !ours.IsRtp) continue;

            // The answer is the narrower of the two, and its order is the answerer's choice.
            var pairs = FormatPairs.Find(theirs, ours);
            if (weAnswered) pairs = [.. pairs.OrderBy(p => ours.Formats.IndexOf(p.Ours))];
            if (Settle(pairs) is not { } audio) continue;
            return WithEnds(audio, local, ours, remote, theirs) with { SectionIndex = i };
        }

        return null;
    }

    private static NegotiatedAudio? Settle(ImmutableArray<FormatPair> pairs)
    {
        foreach (var pair in pairs)
        {
            if (!pair.IsCodec || pair.Format is not { } format) continue;
            if (!TryNumber(pair.Theirs, out var send) || !TryNumber(pair.Ours, out var receive)) continue;

            var events = EventsBeside(pairs, format);
            return new NegotiatedAudio
            {
                Codec = new AudioCodec(receive, format).Kind,
                Format = format,
                SendPayloadType = send,
                ReceivePayloadType = receive,
                SendTelephoneEvent = TryNumber(events.Theirs, out var sendEvents) ? sendEvents : null,
                ReceiveTelephoneEvent = TryNumber(events.Ours, out var receiveEvents) ? receiveEvents : null,
                TelephoneEventClockHz = events.Format?.ClockHz ?? 8000,
                HasComfortNoise = format.ClockHz == AudioCodec.ComfortNoise.Format.ClockHz && pairs.Any(IsComfortNoise),
                Receivable = [.. pairs.Where(p => p.IsCodec).Select(ReceivedAs).OfType<AudioCodec>()],
            };
        }

        return null;
    }

    private static bool IsComfortNoise(FormatPair pair) => pair.Format is { } format
        && format.Matches(AudioCodec.ComfortNoise.Format) && pair.Theirs == AudioCodec.ComfortNoise.Number;

    // RFC 4733 section 2.1 asks for the clock of the audio; phones that speak Opus and offer 8000 alone mean it too.
    private static FormatPair EventsBeside(ImmutableArray<FormatPair> pairs, RtpFormat codec)
    {
        var events = pairs.Where(p => p.Format is { IsTelephoneEvent: true }).ToList();
        return events.Find(p => p.Format!.ClockHz == codec.ClockHz) is { Ours: not null } exact
            ? exact
            : events.FirstOrDefault();
    }

    private static NegotiatedAudio WithEnds(
        NegotiatedAudio audio, SessionDescription local, MediaSection ours, SessionDescription remote,
        MediaSection theirs)
    {
        var mux = ours.RtcpMux && theirs.RtcpMux;
        var host = remote.ConnectionOf(theirs).Host;
        var rtp = EndPoint(host, theirs.Port);
        var remoteDirection = remote.DirectionOf(theirs);
        return audio with
        {
            RemoteHost = host,
            RemoteRtp = rtp,
            RemoteRtcp = mux ? rtp : RtcpEndPoint(theirs, host),
            RtcpMux = mux,
            RemoteDirection = remoteDirection,
            Direction = local.DirectionOf(ours) & remoteDirection.Reversed(),
            Ptime = theirs.Ptime ?? ours.Ptime ?? TimeSpan.FromMilliseconds(20),
        };
    }

    // RFC 3605 names the port; without it RTCP is the next port (RFC 3550 section 11).
    internal static IPEndPoint? RtcpEndPoint(MediaSection theirs, string host) => theirs.Rtcp() is { } rtcp
        ? EndPoint(rtcp.Address?.Host ?? host, rtcp.Port)
        : EndPoint(host, theirs.Port + 1);

    internal static IPEndPoint? EndPoint(string host, int port)
    {
        if (port is <= 0 or > 65535 || !IPAddress.TryParse(host, out var address)) return null;
        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null
            : new IPEndPoint(address, port);
    }

    private static AudioCodec? ReceivedAs(FormatPair pair)
        => pair.Format is { } format && TryNumber(pair.Ours, out var number) ? new AudioCodec(number, format) : null;

    private static bool TryNumber(string? payload, out int number)
        => int.TryParse(payload, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 127;
}
