using OrleansAcd.Contracts;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Tests.Unit.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>What a tap costs a packet, and what it copies.</summary>
public sealed class VoiceTapTests
{
    [Fact]
    public void ACopiedPacketAllocatesNothingAlsoWhereThereIsNoRoom() => AllocationMeter.AssertNothing(meter =>
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        var feed = new RecorderFeed(64 * 1024, () => { });
        caller.Party.PacketTap = new VoiceTap(feed, feed.NextChannel(), LegId.Caller);
        for (var i = 0; i < 1_000; i++)
        {
            caller.Say((byte)i);
            meter.Begin();
            rig.Settle();
            meter.End();
            agent.Hear();
        }

        Assert.InRange(feed.PacketsLost, 600, 800);
    });

    [Fact]
    public void KeysAndComfortNoiseAreNotCopiedAndWhilePausedNothingIs()
    {
        using var rig = new Rig();
        var caller = rig.AddPhone("caller");
        var feed = new RecorderFeed(64, () => { });
        var tap = new VoiceTap(feed, feed.NextChannel(), LegId.Caller) { IsPaused = true };
        caller.Party.PacketTap = tap;
        caller.Say(1);
        rig.Settle();
        tap.IsPaused = false;
        caller.Press('5', 160, isEnd: true, isNew: true);
        caller.Say(1, payloadType: 13);
        rig.Settle();
        Assert.Equal(0, feed.PacketsLost);

        // The ring is too small for any packet: what would have been copied is counted. Both laws are audio.
        caller.Say(1);
        caller.Say(1, payloadType: 8);
        rig.Settle();
        Assert.Equal((2L, 2), (feed.PacketsLost, tap.Lost));
    }
}
