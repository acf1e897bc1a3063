using OrleansAcd.MediaNode.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>A party goes to another conversation with its ports and streams.</summary>
public sealed class MoveTests
{
    [Fact]
    public void AMovedPartyIsHeardThereAndNoMoreHere()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        rig.Talk(caller, agent);
        caller.Say(1);
        agent.Say(2);
        rig.Settle();
        var before = agent.Hear().Single().Header;
        var there = new AudioConversation(rig.Worker, rig);
        Assert.Equal(MediaRefusal.None, there.TryAddParty("expert", out var expert));
        var port = agent.Party.LocalPort;

        Assert.Equal(MediaRefusal.None, there.Take(agent.Party, "moved"));

        caller.Say(3);
        rig.Settle();
        Assert.Empty(agent.Hear());
        Assert.Equal(("moved", port, there), (agent.Party.Name, agent.Party.LocalPort, agent.Party.Conversation));
        Assert.Equal([caller.Party], rig.Conversation.Parties);
        Assert.Equal([expert!, agent.Party], there.Parties);

        // Back again: one stream goes on, whatever feeds it.
        Assert.Equal(MediaRefusal.None, rig.Conversation.Take(agent.Party, "agent"));
        rig.Talk(caller, agent);
        caller.Say(4);
        rig.Settle();
        var after = agent.Hear().Single();
        Assert.Equal((before.Ssrc, before.Sequence.Next), (after.Header.Ssrc, after.Header.Sequence));
        Assert.All(after.Payload, value => Assert.Equal(4, value));
        there.End();
    }

    [Fact]
    public void AMovedPartyIsNotPlayedToAnyMore()
    {
        using var rig = new Rig();
        var caller = rig.AddPhone("caller");
        var there = new AudioConversation(rig.Worker, rig);
        rig.Conversation.Play(caller.Party, MediaNode.NodeRig.Tone(400), isLoop: true);

        there.Take(caller.Party, "moved");

        Assert.Null(caller.Party.Player.Clip);
        Assert.Empty(rig.PlaysEnded);
        there.End();
    }

    [Fact]
    public void WhoIsThereAlreadyOrGoneCannotBeTaken()
    {
        using var rig = new Rig();
        var caller = rig.AddPhone("caller");
        var there = new AudioConversation(rig.Worker, rig);

        Assert.Equal(MediaRefusal.NotThere, rig.Conversation.Take(caller.Party, "again"));
        rig.Conversation.RemoveParty(caller.Party);
        Assert.Equal(MediaRefusal.NotThere, there.Take(caller.Party, "late"));
    }
}
