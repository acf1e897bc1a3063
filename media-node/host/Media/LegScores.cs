using OrleansAcd.Audio;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Opinion scores of a leg's two directions, by what its RTP and RTCP counted (E-model, ITU-T
/// G.107).</summary>
/// <remarks>Loss is that of the network. Delay is half the round trip, a frame of 20 ms, and the jitter buffer that
/// such jitter asks for.</remarks>
public static class LegScores
{
    /// <summary>One second of audio: less says nothing.</summary>
    public const int PacketsMin = 50;

    private const int FrameMs = 20;
    private const int JitterBufferMinMs = 20;
    private const int JitterBufferMaxMs = 200;

    /// <summary>Buffers are this many times as deep as mean jitter: for nearly all packets to be in time.</summary>
    private const int JitterBufferFactor = 4;

    /// <summary>What we hear of the party; null before there is enough.</summary>
    public static double? Received(in LegQuality quality, AudioCodecId codec)
    {
        var expected = quality.PacketsReceived + quality.PacketsLost;
        if (quality.PacketsReceived < PacketsMin) return null;

        return EModel.Mos(ImpairmentOf(codec), (double)quality.PacketsLost / expected, Delay(quality, quality.Jitter));
    }

    /// <summary>What the party hears of us, by its last report; null without one.</summary>
    public static double? Sent(in LegQuality quality, AudioCodecId codec)
    {
        if (quality.RemoteFractionLost is not { } loss || quality.PacketsSent < PacketsMin) return null;

        return EModel.Mos(ImpairmentOf(codec), loss, Delay(quality, quality.RemoteJitter ?? TimeSpan.Zero));
    }

    private static TimeSpan Delay(in LegQuality quality, TimeSpan jitter)
    {
        var buffer = Math.Clamp(
            JitterBufferFactor * jitter.TotalMilliseconds, JitterBufferMinMs, JitterBufferMaxMs);
        return ((quality.RoundTrip ?? TimeSpan.Zero) / 2) + TimeSpan.FromMilliseconds(FrameMs + buffer);
    }

    private static CodecImpairment ImpairmentOf(AudioCodecId codec) =>
        codec == AudioCodecId.Opus ? CodecImpairment.Opus : CodecImpairment.G711;
}
