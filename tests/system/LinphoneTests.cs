using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Debian's linphone talks through the centre, as agent and as caller.</summary>
public sealed class LinphoneTests
{
    [Theory]
    [InlineData("none")]
    public async Task CallerAndAgentHearEachOther(string encryption)
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        await using var agent = await Linphone.Start(
            folder, "alice", "alice-pw", acd.Sip, Voice.Wav(folder, Voice.AgentHz), encryption);
        await using var caller = await Linphone.Start(
            folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz), encryption);

        await caller.Dial($"sip:support@{acd.Sip}");
        await agent.Established();
        await events.Next("acd.call.answered.v1");
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await caller.Quit();
        await agent.Quit();

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
    }
}
