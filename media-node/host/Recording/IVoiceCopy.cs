using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Gets what a recording gets, packet by packet, while it is not paused.</summary>
internal interface IVoiceCopy
{
    /// <summary>On the media loop, for each packet of audio: must not block, allocate or keep the span.</summary>
    void OnVoice(LegId leg, AudioCodecId codec, in RtpHeader header, ReadOnlySpan<byte> payload, Instant now);
}
