using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Looks at what a party sends, packet by packet: authentic, decrypted, not yet relayed. For
/// recorders.</summary>
/// <remarks>On the loop's thread, for each packet: must not block, allocate or keep the span. Set as
/// <see cref="MediaParty.PacketTap"/>; where none is set it costs one comparison with null.</remarks>
public interface IPacketTap
{
    /// <param name="speaker">Who sent it; <see cref="MediaParty.Media"/> says what its payload types are.</param>
    /// <param name="header">As it came, sequence number and timestamp the phone's own.</param>
    /// <param name="payload">Without padding; audio, telephone-event or something else.</param>
    /// <param name="now">When it came.</param>
    void OnPacket(MediaParty speaker, in RtpHeader header, ReadOnlySpan<byte> payload, Instant now);
}

/// <summary>Listens to what a party says, as samples. For detectors.</summary>
/// <remarks>On the loop's thread, a frame each 20 ms tick, after the jitter buffer and concealment; a tap makes the
/// party be decoded once, whoever else hears it. Set as <see cref="MediaParty.AudioTap"/>.</remarks>
public interface IAudioTap
{
    /// <param name="speaker">Who said it.</param>
    /// <param name="samples">20 ms, 16-bit linear, mono; valid during the call only.</param>
    /// <param name="sampleRateHz">8,000 or 16,000; may change with the codec.</param>
    /// <param name="now">When the frame is played.</param>
    void OnAudio(MediaParty speaker, ReadOnlySpan<short> samples, int sampleRateHz, Instant now);
}
