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
        var options = new BaresipOptions { Transport = transport };
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.Agent("alice", Voice.AgentHz, options);
        var caller = await floor.Caller(options);

        await Talk(floor, caller);

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
        Assert.Equal(0, Voice.SecondsHeard(agent.HeardFile, Voice.AgentHz));
    }

    /// <summary>The caller's phone knows A-law alone, the agent's mu-law alone: the node turns one into the
    /// other.</summary>
    [Fact]
    public async Task PartiesWithoutACommonCodecHearEachOtherAtTheRightLevel()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.Agent("alice", Voice.AgentHz, new BaresipOptions { Codec = "PCMU" });
        var caller = await floor.Caller(new BaresipOptions { Codec = "PCMA" });

        await Talk(floor, caller);

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
    }

    /// <summary>Wideband and linear codecs against themselves (relayed) and against G.711 (decoded, resampled, encoded
    /// anew).</summary>
    [Theory]
    [InlineData("G722/16000/1", "G722/16000/1")]
    [InlineData("G722/16000/1", "PCMU/8000/1")]
    [InlineData("opus/48000/2", "opus/48000/2")]
    [InlineData("opus/48000/2", "PCMA/8000/1")]
    [InlineData("PCMU/8000/1", "opus/48000/2")]
    [InlineData("L16/16000/1", "G722/16000/1")]
    public async Task EachCodecTalksToEachOther(string callersCodec, string agentsCodec)
    {
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.Agent("alice", Voice.LowHz, new BaresipOptions { Codec = agentsCodec });
        var caller = await floor.Caller(new BaresipOptions { Codec = callersCodec });

        await Talk(floor, caller);

        Assert.InRange(Voice.SecondsInAll(caller.HeardFile, Voice.LowHz), 2.5, 60);
        Assert.InRange(Voice.SecondsInAll(agent.HeardFile, Voice.CallerHz), 2.5, 60);
    }

    [Fact]
    public async Task AWaitingCallerHearsTheGreetingAndThenMusicUntilTheAgentAnswers()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var caller = await floor.Caller();
        await caller.Established();
        await TalkTime.Of(TimeSpan.FromSeconds(8));
        await floor.Agent("alice", Voice.AgentHz);
        await floor.Answered();
        await TalkTime.Of(TimeSpan.FromSeconds(2));
        await floor.End(caller);

        var (greeting, music, voice) = Heard.Parts(caller.HeardFile);
        Assert.True(greeting > -40, $"greeting at {greeting} dBFS");
        Assert.True(music > -50, $"music at {music} dBFS");
        Assert.InRange(voice, -14, -10);
    }

    [Fact]
    public async Task TheAgentsPhoneNeverSeesTheCallersNumber()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var agent = await floor.SippAgent("agent-answers", new SippOptions { Echo = true }, "alice");

        var caller = await floor.SippCall("caller-basic", new SippOptions { Pause = TimeSpan.FromSeconds(3) });
        await agent.Done();

        Assert.Contains("INVITE", agent.Messages, StringComparison.Ordinal);
        Assert.Contains("Support", agent.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain("15551234", agent.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", caller.Messages, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("15551234", floor.Acd.Output, StringComparison.Ordinal);
    }

    private static async Task Talk(Floor floor, Baresip caller)
    {
        await floor.Answered();
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await floor.End(caller);
    }
}
