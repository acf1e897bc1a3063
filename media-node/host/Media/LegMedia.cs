using OrleansAcd.Audio;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Which way audio may go, seen from this node: a phone that answers <c>sendonly</c> is ReceiveOnly
/// here.</summary>
[Flags]
public enum MediaDirection
{
    Inactive = 0,
    SendOnly = 1,
    ReceiveOnly = 2,
    SendReceive = SendOnly | ReceiveOnly,
}

/// <summary>What offer and answer agreed on for one leg (RFC 3264).</summary>
/// <param name="Codec">What is spoken, both ways.</param>
/// <param name="PayloadType">Its number, static or dynamic: what this node sends.</param>
/// <param name="TelephoneEventType">What keys are sent with, RFC 4733; null when not agreed.</param>
/// <param name="RemoteRtp">Where the SDP says; port 0 or address 0 means nowhere (RFC 3264 §8.4's old hold).</param>
/// <param name="RemoteRtcp">By a=rtcp (RFC 3605), else the port above.</param>
/// <param name="Direction">Whether this node sends, receives, both or neither.</param>
public sealed record LegMedia(
    AudioCodecId Codec,
    byte PayloadType,
    byte? TelephoneEventType,
    TransportAddress RemoteRtp,
    TransportAddress RemoteRtcp,
    MediaDirection Direction)
{
    /// <summary>What the phone sends keys with: an answer may number dynamic types as it likes (RFC 3264 section
    /// 5.1).</summary>
    public byte? ReceivedTelephoneEventType { get; init; } = TelephoneEventType;

    /// <summary>What the phone numbers its audio with; a dynamic type may differ (RFC 3264 section 5.1).</summary>
    public byte ReceivedPayloadType { get; init; } = PayloadType;

    /// <summary>What the durations of keys are counted in.</summary>
    public int TelephoneEventClockHz { get; init; } = 8_000;

    /// <summary>Silence was agreed to be said by comfort noise of 8 kHz (RFC 3389), both ways.</summary>
    public bool HasComfortNoise { get; init; }

    /// <summary>The phone holds the call: it wants to hear nothing (RFC 3264 section 8.4).</summary>
    public bool IsHeld { get; init; }

    /// <summary>Rate of its RTP timestamps.</summary>
    public int ClockHz => AudioCodecs.ClockHz(Codec);

    /// <summary>Its keys; null: plain.</summary>
    public LegCrypto? Crypto { get; init; }

    public bool MaySend => (Direction & MediaDirection.SendOnly) != 0;

    public bool MayReceive => (Direction & MediaDirection.ReceiveOnly) != 0;

    /// <summary>Whether a packet of this type is audio that was agreed.</summary>
    internal bool IsAudio(byte payloadType) => payloadType == ReceivedPayloadType || payloadType == OtherLawType;

    /// <summary>Whether a packet of this type is audio or comfort noise that was agreed.</summary>
    internal bool IsExpected(byte payloadType) =>
        IsAudio(payloadType) || (HasComfortNoise && payloadType == Rtp.PayloadType.ComfortNoise);

    /// <summary>Its law, null for codecs other than G.711.</summary>
    internal G711Codec? Law => Codec switch
    {
        AudioCodecId.Pcmu => G711Codec.Pcmu,
        AudioCodecId.Pcma => G711Codec.Pcma,
        _ => null,
    };

    /// <summary>Phones that were offered both laws may send either (RFC 3264 section 7): the static type says
    /// which.</summary>
    internal byte? OtherLawType => Codec switch
    {
        AudioCodecId.Pcmu => Rtp.PayloadType.Pcma,
        AudioCodecId.Pcma => Rtp.PayloadType.Pcmu,
        _ => null,
    };
}
