using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Two centres, each the other's trunk: mutual TLS (RFC 5922) with SRTP, the other known by its certificate
/// alone.</summary>
public sealed class TrunkTests
{
    [Fact]
    public async Task AnAgentCallsAQueueOfAnotherCentreThroughATrunkWithMutualTls()
    {
        using var near = new TestFolder();
        using var far = new TestFolder();
        var authority = new Authority(near);
        await using var there = await AcdProcess.Start(
            far, FarCentre("near.example"), rtpPorts: "18000-18199", arguments: authority.Issue(far, "far.example"));
        await using var here = await AcdProcess.Start(
            near, NearCentre(there.Tls, "far.example"), arguments: authority.Issue(near, "near.example"));
        using var events = await there.Events();
        await using var bob = Phone(far, "bob", there, Voice.AgentHz);
        await using var alice = Phone(near, "alice", here, Voice.CallerHz);
        await bob.Registered();
        await alice.Registered();

        await alice.Dial($"sip:+15550100@{here.Sip}");
        await bob.Established();
        await events.Next("acd.call.answered.v1");
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await alice.Hangup();
        await bob.Closed();
        await events.Next("acd.call.ended.v1");
        await alice.Quit();
        await bob.Quit();

        Assert.InRange(Voice.SecondsHeard(alice.HeardFile, Voice.AgentHz), 2, 60);
        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.CallerHz), 2, 60);
        Assert.Equal(1, await here.Counter("legsEncrypted"));
        Assert.Equal(1, await there.Counter("legsEncrypted"));
        Assert.Equal(0, await here.Counter("sipTlsFailed") + await there.Counter("sipTlsFailed"));
    }

    /// <summary>RFC 5922 §7: a server whose certificate is trusted and is another's is not the trunk.</summary>
    [Fact]
    public async Task ATrunkWhoseCertificateHoldsAnotherNameIsNotCalled()
    {
        using var near = new TestFolder();
        using var far = new TestFolder();
        var authority = new Authority(near);
        await using var there = await AcdProcess.Start(
            far, FarCentre("near.example"), rtpPorts: "18000-18199", arguments: authority.Issue(far, "far.example"));
        await using var here = await AcdProcess.Start(
            near, NearCentre(there.Tls, "other.example"), arguments: authority.Issue(near, "near.example"));
        using var events = await here.Events();
        await using var alice = Phone(near, "alice", here, Voice.CallerHz);
        await alice.Registered();

        await alice.Dial($"sip:+15550100@{here.Sip}");
        await events.Next("acd.call.ended.v1");

        Assert.NotEqual(0, await here.Counter("sipTlsFailed"));
        Assert.Equal(0, await there.Counter("callsOffered"));
    }

    private static Baresip Phone(TestFolder folder, string agent, AcdProcess acd, double hz) =>
        Baresip.Start(folder, agent, agent + "-pw", acd.Sip, Voice.Wav(folder, hz), "udp");

    private static string NearCentre(string far, string certificate) =>
        $$"""
        queues: [ { id: home } ]
        agents: [ { id: alice, sip-password: alice-pw, queues: [home] } ]
        trunks:
          - id: far
            uri: "sip:{{far}};transport=tls"
            certificate-name: {{certificate}}
            numbers: ["+1*"]
            encryption: require
        """;

    private static string FarCentre(string certificate) =>
        $$"""
        numbers: [ { number: "+15550100", to: queue/support } ]
        queues: [ { id: support, greeting: none } ]
        agents: [ { id: bob, sip-password: bob-pw, queues: [support] } ]
        trunks:
          - id: near
            uri: "sip:127.0.0.1:9;transport=tls"
            certificate-name: {{certificate}}
            encryption: require
        """;
}
