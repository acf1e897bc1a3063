using OrleansAcd.Audio;

namespace OrleansAcd.MediaNode.Media;

/// <summary>How much time a payload stands for, in ticks of its codec's RTP clock.</summary>
internal static class PayloadTicks
{
    private const int OpusFramesMax = 48;

    /// <returns>0 when it cannot be a payload of this codec.</returns>
    public static int Of(AudioCodecId codec, ReadOnlySpan<byte> payload) => codec switch
    {
        AudioCodecId.Opus => OfOpus(payload),
        AudioCodecId.L16 => payload.Length / sizeof(short),

        // G.722 has eight bits for two samples of 16 kHz, and a clock of 8 kHz (RFC 3551 section 4.5.2).
        _ => payload.Length,
    };

    /// <summary>RFC 6716 section 3.1: the first byte says how long frames are, and how many there are.</summary>
    private static int OfOpus(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return 0;

        var frames = (payload[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => payload.Length > 1 ? Math.Min(payload[1] & 0x3F, OpusFramesMax) : 0,
        };
        return frames * OpusFrame(payload[0] >> 3);
    }

    /// <summary>Table 2: SILK 10 to 60 ms, hybrid 10 or 20 ms, CELT 2.5 to 20 ms; at 48 kHz.</summary>
    private static int OpusFrame(int configuration) => configuration switch
    {
        < 12 => (configuration & 3) switch { 0 => 480, 1 => 960, 2 => 1_920, _ => 2_880 },
        < 16 => (configuration & 1) == 0 ? 480 : 960,
        _ => 120 << (configuration & 3),
    };
}
