using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Two Debian baresip phones talk through the centre: what each hears is recorded by the phone and measured
/// here.</summary>
public sealed class BaresipTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task CallerAndAgentHearEachOther(string transport)
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        await using var agent = Baresip.Start(folder, "alice", "alice-pw", acd.Sip, Voice.Wav(folder, Voice.AgentHz), transport);
        await agent.Registered();
        await using var caller = Baresip.Start(folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz), transport);

        await caller.Dial($"sip:support@{acd.Sip}{(transport == "udp" ? "" : ";transport=tcp")}");
        await agent.Established();
        await events.Next("acd.call.answered.v1");
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await caller.Hangup();
        await agent.Closed();
        await events.Next("acd.call.ended.v1");
        await caller.Quit();
        await agent.Quit();

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
        Assert.Equal(0, Voice.SecondsHeard(agent.HeardFile, Voice.AgentHz));
    }

    /// <summary>The caller's phone knows A-law alone, the agent's mu-law alone: the node turns one into the
    /// other.</summary>
    [Fact]
    public async Task PartiesWithoutACommonCodecHearEachOtherAtTheRightLevel()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        await using var agent = Baresip.Start(
            folder, "alice", "alice-pw", acd.Sip, Voice.Wav(folder, Voice.AgentHz), codec: "PCMU");
        await agent.Registered();
        await using var caller = Baresip.Start(
            folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz), codec: "PCMA");

        await caller.Dial($"sip:support@{acd.Sip}");
        await events.Next("acd.call.answered.v1");
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await caller.Hangup();
        await agent.Closed();
        await events.Next("acd.call.ended.v1");
        await caller.Quit();
        await agent.Quit();

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
    }

    [Fact]
    public async Task AWaitingCallerHearsTheGreetingAndThenMusicUntilTheAgentAnswers()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        await using var caller = Baresip.Start(folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz));
        await caller.Dial($"sip:support@{acd.Sip}");
        await caller.Established();
        await TalkTime.Of(TimeSpan.FromSeconds(8));
        await using var agent = Baresip.Start(folder, "alice", "alice-pw", acd.Sip, Voice.Wav(folder, Voice.AgentHz));
        await events.Next("acd.call.answered.v1");
        await TalkTime.Of(TimeSpan.FromSeconds(2));
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await caller.Quit();

        var (greeting, music, voice) = Heard.Parts(caller.HeardFile);
        Assert.True(greeting > -40, $"greeting at {greeting} dBFS");
        Assert.True(music > -50, $"music at {music} dBFS");
        Assert.InRange(voice, -14, -10);
    }

    [Fact]
    public async Task TheAgentsPhoneNeverSeesTheCallersNumber()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var phone = FreePorts.Udp();
        await Sipp.Register(folder, "alice", "alice-pw", acd.Sip, phone);
        await using var agent = Sipp.Start(folder, "agent-answers", "alice", acd.Sip, phone, new SippOptions { Echo = true });
        var port = FreePorts.Udp();

        await Sipp.Run(folder, "caller-basic", "support", acd.Sip, port);
        await Sipp.Expect(agent, folder, "agent-answers", phone);

        var seenByAgent = await File.ReadAllTextAsync(folder.File($"agent-answers-{phone}.log"));
        var seenByCaller = await File.ReadAllTextAsync(folder.File($"caller-basic-{port}.log"));
        Assert.Contains("INVITE", seenByAgent, StringComparison.Ordinal);
        Assert.Contains("Support", seenByAgent, StringComparison.Ordinal);
        Assert.DoesNotContain("15551234", seenByAgent, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", seenByCaller, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("15551234", acd.Output, StringComparison.Ordinal);
    }
}
