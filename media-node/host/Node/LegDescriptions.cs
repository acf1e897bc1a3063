using System.Collections.Immutable;
using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.MediaNode.Node;

using MediaDirection = OrleansAcd.MediaNode.Media.MediaDirection;
using SdpDirection = OrleansAcd.Sip.Sdp.MediaDirection;

/// <summary>Between a leg's sockets and session descriptions: what we offer, what was agreed.</summary>
internal static class LegDescriptions
{
    /// <summary>What this node speaks at a party's ports, in this order.</summary>
    public static SessionDescription Ours(
        MediaParty party, IPAddress advertise, ulong sessionId, IEnumerable<AudioCodecId> codecs)
    {
        var address = advertise.ToString();
        var port = party.LocalPort;
        var capability = new AudioCapability
        {
            Address = address, RtpPort = port, RtcpPort = port + 1, Codecs = Formats(codecs),
        };
        return AudioSdp.Describe(capability, SdpOrigin.Create(sessionId, address));
    }

    /// <summary>What was agreed, as the media side takes it; null for codecs that it does not speak.</summary>
    public static LegMedia? Agreed(OfferAnswer exchange)
    {
        if (exchange.Negotiated() is not { } audio) return null;

        AudioCodecId? codec = audio.Codec switch
        {
            AudioCodecKind.Pcmu => AudioCodecId.Pcmu,
            AudioCodecKind.Pcma => AudioCodecId.Pcma,
            AudioCodecKind.G722 => AudioCodecId.G722,
            AudioCodecKind.Opus => AudioCodecId.Opus,
            AudioCodecKind.L16 => AudioCodecId.L16,
            _ => null,
        };
        if (codec is not { } spoken || !AudioCodecs.IsAvailable(spoken)) return null;

        return new LegMedia(
            spoken, (byte)audio.SendPayloadType, (byte?)audio.SendTelephoneEvent, AddressOf(audio.RemoteRtp),
            AddressOf(audio.RemoteRtcp), DirectionOf(audio.Direction))
        {
            ReceivedPayloadType = (byte)audio.ReceivePayloadType,
            ReceivedTelephoneEventType = (byte?)audio.ReceiveTelephoneEvent,
            TelephoneEventClockHz = audio.TelephoneEventClockHz,
            HasComfortNoise = audio.HasComfortNoise,
            IsHeld = IsHold(exchange),
        };
    }

    /// <summary>Whether an offer has a codec.</summary>
    public static bool Offers(SessionDescription offer, AudioCodecId codec) => offer.Media.Any(
        section => section.Media == "audio" && section.Formats.Any(
            number => section.FormatOf(number) is { } format && format.Matches(FormatOf(codec).Format)));

    /// <summary>Codecs that this machine can speak, each with keys in its clock; comfort noise.</summary>
    private static ImmutableArray<AudioCodec> Formats(IEnumerable<AudioCodecId> codecs)
    {
        var spoken = codecs.Where(AudioCodecs.IsAvailable).Distinct().ToList();
        var events = spoken.Select(AudioCodecs.ClockHz).Distinct().Select(clockHz => clockHz switch
        {
            48_000 => AudioCodec.OpusTelephoneEvent,
            16_000 => AudioCodec.L16TelephoneEvent,
            _ => AudioCodec.TelephoneEvent,
        });
        return [.. spoken.Select(FormatOf), .. events, AudioCodec.ComfortNoise];
    }

    private static AudioCodec FormatOf(AudioCodecId codec) => codec switch
    {
        AudioCodecId.Pcmu => AudioCodec.Pcmu,
        AudioCodecId.Pcma => AudioCodec.Pcma,
        AudioCodecId.G722 => AudioCodec.G722,
        AudioCodecId.Opus => AudioCodec.Opus,
        _ => AudioCodec.L16,
    };

    /// <summary>RFC 3264 section 8.4: the peer wants to hear nothing of us, or 0.0.0.0 says so.</summary>
    public static bool IsHold(OfferAnswer exchange) =>
        exchange.Negotiated() is { } audio && (audio.RemoteDirection & SdpDirection.RecvOnly) == 0;

    private static TransportAddress AddressOf(IPEndPoint? endPoint) =>
        endPoint is null ? default : TransportAddress.From(endPoint);

    private static MediaDirection DirectionOf(SdpDirection direction) =>
        ((direction & SdpDirection.SendOnly) != 0 ? MediaDirection.SendOnly : MediaDirection.Inactive)
        | ((direction & SdpDirection.RecvOnly) != 0 ? MediaDirection.ReceiveOnly : MediaDirection.Inactive);
}
