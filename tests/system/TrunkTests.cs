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
        using var authority = new Authority();
        await using var far = await Floor.Open(FarCentre("near.example"), authority.Issue("far.example"));
        await using var near = await Floor.Open(
            NearCentre(far.Acd.Tls, "far.example"), authority.Issue("near.example"));
        var bob = await far.Agent("bob", Voice.AgentHz);
        var alice = await near.Agent("alice", Voice.CallerHz);

        await alice.Dial($"sip:+15550100@{near.Acd.Sip}");
        await far.Answered();
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await near.End(alice);
        await far.End(null);

        Assert.InRange(Voice.SecondsHeard(alice.HeardFile, Voice.AgentHz), 2, 60);
        Assert.InRange(Voice.SecondsHeard(bob.HeardFile, Voice.CallerHz), 2, 60);
        Assert.Equal(1, await near.Acd.Counter("legsEncrypted"));
        Assert.Equal(1, await far.Acd.Counter("legsEncrypted"));
        Assert.Equal(0, await near.Acd.Counter("sipTlsFailed") + await far.Acd.Counter("sipTlsFailed"));
    }

    /// <summary>RFC 5922 §7: a server whose certificate is trusted and is another's is not the trunk.</summary>
    [Fact]
    public async Task ATrunkWhoseCertificateHoldsAnotherNameIsNotCalled()
    {
        using var authority = new Authority();
        await using var far = await Floor.Open(FarCentre("near.example"), authority.Issue("far.example"));
        await using var near = await Floor.Open(
            NearCentre(far.Acd.Tls, "other.example"), authority.Issue("near.example"));
        var alice = await near.Agent("alice", Voice.CallerHz);

        await alice.Dial($"sip:+15550100@{near.Acd.Sip}");
        await near.Ended();

        Assert.NotEqual(0, await near.Acd.Counter("sipTlsFailed"));
        Assert.Equal(0, await far.Acd.Counter("callsOffered"));
    }

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
