using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Copies one party's audio packets, decrypted, for the recorder. On the media loop: no lock, nothing
/// allocated, never waits.</summary>
internal sealed class VoiceTap(RecorderFeed feed, int channel, LegId leg) : IPacketTap
{
    /// <summary>Which channel of the feed.</summary>
    public int Channel => channel;

    /// <summary>While paused nothing is copied: what is said is nowhere but in the call.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Who gets the same packets; null: nobody.</summary>
    public IVoiceCopy? Copy { get; set; }

    /// <summary>Packets that found no room since the last one that did.</summary>
    public int Lost { get; private set; }

    public void OnPacket(MediaParty speaker, in RtpHeader header, ReadOnlySpan<byte> payload, Instant now)
    {
        if (IsPaused || payload.IsEmpty || speaker.Media is not { } media) return;
        if (CodecOf(media, header.PayloadType) is not { } codec) return;

        Copy?.OnVoice(leg, codec, header, payload, now);
        var packet = new TappedPacket(
            channel, now.Ticks, header.Ssrc.Value, header.Timestamp.Value, Lost, payload.Length, codec);
        if (feed.TryPut(packet, payload)) Lost = 0;
        else Lost++;
    }

    /// <summary>Null for keys, comfort noise and whatever else is no audio: silence in the file.</summary>
    private static AudioCodecId? CodecOf(LegMedia media, byte payloadType)
    {
        if (payloadType == media.ReceivedPayloadType) return media.Codec;
        if (payloadType != media.OtherLawType) return null;

        return payloadType == PayloadType.Pcmu ? AudioCodecId.Pcmu : AudioCodecId.Pcma;
    }
}
