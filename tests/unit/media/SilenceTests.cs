using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>Who is dead, and who has just nothing to say.</summary>
public sealed class SilenceTests
{
    private static readonly MediaOptions s_soon = MediaOptions.Default with { RtpTimeout = TimeSpan.FromSeconds(2) };

    [Fact]
    public void AMutedPhoneThatReportsIsAlive()
    {
        using var rig = new Rig(options: s_soon);
        var (muted, dead) = (rig.AddPhone("muted"), rig.AddPhone("dead"));
        var report = new byte[RtcpWriter.CompoundMaxBytes];
        var length = RtcpWriter.Write(report, new(0xABCD), null, null, "phone"u8, false);

        for (var i = 0; i < 6; i++)
        {
            muted.SendControl(report.AsSpan(0, length));
            rig.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([dead.Party], rig.Timeouts);
        rig.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal([dead.Party, muted.Party], rig.Timeouts);
    }

    /// <summary>RFC 3264 section 8.4: a phone that holds the call by sendonly has music to send, or none.</summary>
    [Fact]
    public void APhoneThatHoldsTheCallNeedNotSpeakUntilItResumes()
    {
        using var rig = new Rig(options: s_soon);
        var phone = rig.AddPhone("phone");
        var media = phone.Party.Media!;
        rig.Conversation.Configure(
            phone.Party, media with { Direction = MediaDirection.ReceiveOnly, IsHeld = true });
        rig.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(rig.Timeouts);

        rig.Conversation.Configure(phone.Party, media);
        rig.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Empty(rig.Timeouts);
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([phone.Party], rig.Timeouts);
    }
}
