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
        using var folder = new TestFolder();
        var authority = new Authority(folder);
        var isTls = policy == "require";
        await using var acd = await AcdProcess.Start(
            folder, Centres.Support(encryption: policy), arguments: authority.Arguments);
        using var events = await acd.Events();
        var (server, trusted) = isTls ? (acd.Tls, authority.AuthorityFile) : (acd.Sip, null);
        await using var agent = await Linphone.Start(
            folder, "alice", "alice-pw", server, Voice.Wav(folder, Voice.AgentHz), encryption, trusted);
        await using var caller = await Linphone.Start(
            folder, "carl", null, server, Voice.Wav(folder, Voice.CallerHz), encryption, trusted);

        await caller.Dial($"sip:support@{server}{(isTls ? ";transport=tls" : "")}");
        await agent.Established();
        await events.Next("acd.call.answered.v1");
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await caller.Hangup();
        await events.Next("acd.call.ended.v1");
        await caller.Quit();
        await agent.Quit();

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
        var legs = (await acd.OnlyCall())["legs"]!.AsArray().OrderBy(leg => leg!["leg"]!.GetValue<int>());
        Assert.Equal(encrypted, legs.Select(leg => leg!["quality"]!["encrypted"]!.GetValue<bool>()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpusReachesABaresipAndComesFromIt(bool linphoneCalls)
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        using var events = await acd.Events();
        var (linphoneUser, baresipUser) = linphoneCalls ? ("carl", "alice") : ("alice", "carl");
        await using var linphone = await Linphone.Start(
            folder, linphoneUser, linphoneCalls ? null : "alice-pw", acd.Sip, Voice.Wav(folder, Voice.LowHz));
        await using var baresip = Baresip.Start(
            folder, baresipUser, linphoneCalls ? "alice-pw" : null, acd.Sip, Voice.Wav(folder, Voice.CallerHz),
            codec: "opus/48000/2");

        await (linphoneCalls ? linphone.Dial($"sip:support@{acd.Sip}") : baresip.Dial($"sip:support@{acd.Sip}"));
        await events.Next("acd.call.answered.v1");
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await (linphoneCalls ? linphone.Hangup() : baresip.Hangup());
        await events.Next("acd.call.ended.v1");
        await linphone.Quit();
        await baresip.Quit();

        Assert.InRange(Voice.SecondsInAll(baresip.HeardFile, Voice.LowHz), 2.5, 60);
        Assert.InRange(Voice.SecondsInAll(linphone.HeardFile, Voice.CallerHz), 2.5, 60);
        var codecs = (await acd.OnlyCall())["legs"]!.AsArray().Select(leg => leg!["quality"]!["codec"]!.GetValue<string>());
        Assert.All(codecs, codec => Assert.StartsWith("opus", codec, StringComparison.OrdinalIgnoreCase));
    }
}
