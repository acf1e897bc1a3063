using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>baresip with SRTP and TLS talks through the centre, both ways, as each side can and the policy
/// wants.</summary>
public sealed class EncryptionTests
{
    /// <summary>srtp is RTP/AVP with keys (RFC 8643), srtp-mand RTP/SAVP; the agent's phone has none of it in the
    /// last.</summary>
    [Theory]
    [InlineData("udp", "srtp-mand", "srtp", 2)]
    [InlineData("udp", "srtp", "srtp", 2)]
    [InlineData("udp", "srtp-mand", null, 1)]
    [InlineData("udp", null, "srtp", 1)]
    [InlineData("tls", "srtp-mand", "srtp", 2)]
    [InlineData("tls", null, null, 0)]
    public async Task CallerAndAgentHearEachOtherEncryptedOrPlainAsEachCan(
        string transport, string? caller, string? agent, int encrypted)
    {
        using var folder = new TestFolder();
        var authority = new Authority(folder);
        await using var acd = await AcdProcess.Start(folder, Centres.Support(), arguments: authority.Arguments);
        await Talk(folder, acd, authority, transport, caller, agent);

        Assert.Equal(encrypted, await acd.Counter("legsEncrypted"));
        Assert.Equal(2 - encrypted, await acd.Counter("legsPlain"));
        Assert.Equal(0, await acd.Counter("sipTlsFailed"));
        Assert.Equal(0, await acd.Counter("replayedPackets"));
    }

    /// <summary>The agent's policy: RTP/SAVP alone, over TLS.</summary>
    [Fact]
    public async Task AnAgentWhoRequiresEncryptionIsCalledOverTlsWithKeysAlone()
    {
        using var folder = new TestFolder();
        var authority = new Authority(folder);
        await using var acd = await AcdProcess.Start(
            folder, Centres.Support(encryption: "require"), arguments: authority.Arguments);
        await Talk(folder, acd, authority, "tls", null, "srtp-mand");

        Assert.Equal(1, await acd.Counter("legsEncrypted"));
    }

    [Fact]
    public async Task WhoRequiresEncryptionRefusesAPlainCallWith488()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support() + """

            trunks:
              - { id: carrier, uri: "sip:127.0.0.1:5999;transport=tls", sources: [127.0.0.1], encryption: require }
            """);
        using var carrier = new RawSip(acd.Sip);
        const string Plain = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

        var (code, text) = await carrier.Ask(
            carrier.Request("INVITE", extra: "Content-Type: application/sdp\r\n", body: Plain));

        Assert.Equal(488, code);
        Assert.Contains("Encryption is required", text, StringComparison.Ordinal);
        Assert.Equal(1, await acd.Counter("encryptionRefused"));
    }

    private static async Task Talk(
        TestFolder folder, AcdProcess acd, Authority authority, string transport, string? callerMedia,
        string? agentMedia)
    {
        var server = transport == "tls" ? acd.Tls : acd.Sip;
        using var events = await acd.Events();
        await using var agent = Baresip.Start(
            folder, "alice", "alice-pw", server, Voice.Wav(folder, Voice.AgentHz), transport,
            mediaEncryption: agentMedia, authorities: authority.AuthorityFile);
        await agent.Registered();
        await using var caller = Baresip.Start(
            folder, "carl", null, server, Voice.Wav(folder, Voice.CallerHz), transport,
            mediaEncryption: callerMedia, authorities: authority.AuthorityFile);

        await caller.Dial($"sip:support@{server}{(transport == "udp" ? "" : ";transport=" + transport)}");
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
    }
}
