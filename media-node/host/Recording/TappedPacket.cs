using OrleansAcd.Audio;
using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a recorder has to know of a received packet beside its payload.</summary>
/// <param name="Channel">Which party of which recording, numbered by the recorder's feed.</param>
/// <param name="Arrived">In ticks of <see cref="Instant"/>.</param>
/// <param name="LostBefore">Packets of this channel that found the ring full since the last one that did not.</param>
internal readonly record struct TappedPacket(
    int Channel, long Arrived, uint Ssrc, uint Timestamp, int LostBefore, int PayloadBytes, AudioCodecId Codec)
{
    public Instant ArrivedAt => new(Arrived);
}
