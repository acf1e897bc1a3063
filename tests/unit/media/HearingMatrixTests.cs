using OrleansAcd.MediaNode.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>The matrix as a value: what a row keeps, and that all cells change at once.</summary>
public sealed class HearingMatrixTests
{
    [Fact]
    public void AnAbsentPairDoesNotHearAndAllPairsChangeAtOnce()
    {
        using var rig = new Rig();
        var (caller, agent, expert) = (rig.AddPhone("caller"), rig.AddPhone("agent"), rig.AddPhone("expert"));
        rig.Talk(caller, agent);
        rig.Conversation.SetMatrix([new(agent.Party, expert.Party), new(expert.Party, agent.Party)]);
        caller.Say(1);
        agent.Say(2);
        expert.Say(3);
        rig.Settle();
        Assert.Empty(caller.Hear());
        Assert.Equal(3, Assert.Single(agent.Hear()).Payload[0]);
        Assert.Equal(2, Assert.Single(expert.Hear()).Payload[0]);
    }

    [Fact]
    public void ARowKeepsNeitherOneselfNorTheMutedNorRepetitionsAndNoGainAboveFour()
    {
        using var rig = new Rig();
        var (caller, agent, muted) = (rig.AddPhone("caller"), rig.AddPhone("agent"), rig.AddPhone("muted"));
        rig.Conversation.SetMatrix(
        [
            new(caller.Party, agent.Party, 0.5f), new(caller.Party, caller.Party), new(caller.Party, muted.Party, 0),
            new(caller.Party, agent.Party, 9), new(agent.Party, caller.Party, float.NaN),
        ]);
        Assert.Equal([new HeardParty(agent.Party, 4)], caller.Party.Heard);
        Assert.Empty(agent.Party.Heard);
    }

    [Fact]
    public void WhoeverIsGoneIsHeardByNobodyAndHearsNobody()
    {
        using var rig = new Rig();
        var (caller, agent, gone) = (rig.AddPhone("caller"), rig.AddPhone("agent"), rig.AddPhone("gone"));
        rig.Conversation.SetHearing(caller.Party, agent.Party, gone.Party);
        rig.Conversation.RemoveParty(gone.Party);
        rig.Conversation.SetMatrix(
            [new(caller.Party, agent.Party), new(caller.Party, gone.Party), new(gone.Party, agent.Party)]);
        Assert.Equal([new HeardParty(agent.Party)], caller.Party.Heard);
        Assert.Empty(gone.Party.Heard);
    }

    [Fact]
    public void MusicGivesWayToAnyHearingAPromptOnlyToAnotherOne()
    {
        using var rig = new Rig();
        var (caller, agent) = (rig.AddPhone("caller"), rig.AddPhone("agent"));
        MatrixCell[] talk = [new(caller.Party, agent.Party), new(agent.Party, caller.Party)];
        rig.Conversation.SetMatrix(talk);
        rig.Conversation.Play(caller.Party, OrleansAcd.Audio.ShippedAudio.Welcome);
        rig.Conversation.SetMatrix(talk);
        Assert.Empty(rig.PlaysEnded);

        rig.Conversation.Play(caller.Party, OrleansAcd.Audio.ShippedAudio.Music, isLoop: true);
        rig.PlaysEnded.Clear();
        rig.Conversation.SetMatrix(talk);
        Assert.Equal(OrleansAcd.Audio.ShippedAudio.Music, Assert.Single(rig.PlaysEnded).Clip);
    }

    [Fact]
    public void AConferenceHasRoomFor200PartiesAndNoMore()
    {
        using var rig = new Rig(ports: 500);
        var phones = Enumerable.Range(0, AudioConversation.PartiesMax).Select(i => rig.AddPhone($"{i}")).ToList();
        Assert.Equal(MediaRefusal.TooManyParties, rig.Conversation.TryAddParty("one more", out _));
        MatrixCell[] all =
        [
            .. from listener in phones
               from speaker in phones
               where listener != speaker
               select new MatrixCell(listener.Party, speaker.Party),
        ];
        rig.Conversation.SetMatrix(all);
        Assert.All(phones, phone => Assert.Equal(AudioConversation.PartiesMax - 1, phone.Party.Heard.Length));
    }
}
