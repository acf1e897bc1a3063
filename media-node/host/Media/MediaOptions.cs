using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>How legs behave.</summary>
/// <param name="Latching">Who may become a leg's peer.</param>
/// <param name="RtpTimeout">Neither RTP nor RTCP of a party that should speak for so long: the owner is told.</param>
public sealed record MediaOptions(LatchPolicy Latching, TimeSpan RtpTimeout)
{
    public static readonly MediaOptions Default = new(LatchPolicy.Default, TimeSpan.FromSeconds(30));
}
