using System.Text.Json.Nodes;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Debian's linphone talks through the centre, as agent and as caller.</summary>
public sealed class LinphoneTests
{
    /// <summary>Over UDP the agent is offered RTP/AVP with keys (RFC 8643), of which linphone takes the RTP/AVP alone;
    /// over TLS, and required, RTP/SAVP.</summary>
    [Theory]
    [InlineData("none", "prefer", new bool[] { false, false })]
    [InlineData("srtp", "prefer", new bool[] { true, false })]
    [InlineData("srtp", "require", new bool[] { true, true })]
    public async Task CallerAndAgentHearEachOther(string encryption, string policy, bool[] encrypted)
    {
        using var authority = new Authority();
        var isTls = policy == "require";
        await using var floor = await Floor.Open(Centres.Support(encryption: policy), authority.Issue());
        var (server, trusted) = isTls ? (floor.Acd.Tls, authority.CertificateFile) : (floor.Acd.Sip, null);
        await using var agent = await Linphone.Start(
            floor.Folder, "alice", "alice-pw", server, Voice.Wav(floor.Folder, Voice.AgentHz), encryption, trusted);
        await using var caller = await Linphone.Start(
            floor.Folder, "carl", null, server, Voice.Wav(floor.Folder, Voice.CallerHz), encryption, trusted);

        await caller.Dial($"sip:support@{server}{(isTls ? ";transport=tls" : "")}");
        await agent.Established();
        await floor.Answered();
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await caller.Hangup();
        var record = await floor.Ended();
        await caller.Quit();
        await agent.Quit();

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
        var legs = record["legs"]!.AsArray().OrderBy(leg => leg!["leg"]!.GetValue<int>());
        Assert.Equal(encrypted, legs.Select(leg => leg!["quality"]!["encrypted"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task OpusReachesABaresipAndComesFromIt()
    {
        await using var floor = await Floor.Open(Centres.Support());
        var baresip = await floor.Agent("alice", Voice.CallerHz, new BaresipOptions { Codec = "opus/48000/2" });
        await using var linphone = await Linphone.Start(
            floor.Folder, "carl", null, floor.Acd.Sip, Voice.Wav(floor.Folder, Voice.LowHz));

        await linphone.Dial($"sip:support@{floor.Acd.Sip}");
        await floor.Answered();
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await linphone.Hangup();
        var record = await floor.End(null);
        await linphone.Quit();

        HeardEachOther(linphone, baresip, record);
    }

    [Fact]
    public async Task OpusOfABaresipReachesALinphoneThatAnswers()
    {
        await using var floor = await Floor.Open(Centres.Support());
        await using var linphone = await Linphone.Start(
            floor.Folder, "alice", "alice-pw", floor.Acd.Sip, Voice.Wav(floor.Folder, Voice.LowHz));
        var baresip = await floor.Caller(new BaresipOptions { Codec = "opus/48000/2" });

        await floor.Answered();
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        var record = await floor.End(baresip);
        await linphone.Quit();

        HeardEachOther(linphone, baresip, record);
    }

    private static void HeardEachOther(Linphone linphone, Baresip baresip, JsonNode record)
    {
        Assert.InRange(Voice.SecondsInAll(baresip.HeardFile, Voice.LowHz), 2.5, 60);
        Assert.InRange(Voice.SecondsInAll(linphone.HeardFile, Voice.CallerHz), 2.5, 60);
        var codecs = record["legs"]!.AsArray().Select(leg => leg!["quality"]!["codec"]!.GetValue<string>()).ToList();
        Assert.Equal(2, codecs.Count);
        Assert.All(codecs, codec => Assert.StartsWith("opus", codec, StringComparison.OrdinalIgnoreCase));
    }
}
