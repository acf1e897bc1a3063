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
        using var authority = new Authority();
        await using var floor = await Floor.Open(Centres.Support(), authority.Issue());

        await Talk(floor, authority, transport, caller, agent);

        Assert.Equal(encrypted, await floor.Acd.Counter("legsEncrypted"));
        Assert.Equal(2 - encrypted, await floor.Acd.Counter("legsPlain"));
        Assert.Equal(0, await floor.Acd.Counter("sipTlsFailed"));
        Assert.Equal(0, await floor.Acd.Counter("replayedPackets"));
    }

    /// <summary>The agent's policy: RTP/SAVP alone, over TLS.</summary>
    [Fact]
    public async Task AnAgentWhoRequiresEncryptionIsCalledOverTlsWithKeysAlone()
    {
        using var authority = new Authority();
        await using var floor = await Floor.Open(Centres.Support(encryption: "require"), authority.Issue());

        await Talk(floor, authority, "tls", null, "srtp-mand");

        Assert.Equal(1, await floor.Acd.Counter("legsEncrypted"));
    }

    [Fact]
    public async Task WhoRequiresEncryptionRefusesAPlainCallWith488()
    {
        await using var floor = await Floor.Open(Centres.Support() + """

            trunks:
              - { id: carrier, uri: "sip:127.0.0.1:5999;transport=tls", sources: [127.0.0.1], encryption: require }
            """);
        using var carrier = new RawSip(floor.Acd.Sip);
        const string Plain = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

        var (code, text) = await carrier.Ask(
            carrier.Request("INVITE", extra: "Content-Type: application/sdp\r\n", body: Plain));

        Assert.Equal(488, code);
        Assert.Contains("Encryption is required", text, StringComparison.Ordinal);
        Assert.Equal(1, await floor.Acd.Counter("encryptionRefused"));
    }

    private static async Task Talk(
        Floor floor, Authority authority, string transport, string? callerMedia, string? agentMedia)
    {
        var options = new BaresipOptions { Transport = transport, Authorities = authority.CertificateFile };
        var agent = await floor.Agent("alice", Voice.AgentHz, options with { MediaEncryption = agentMedia });
        var caller = await floor.Caller(options with { MediaEncryption = callerMedia });

        await floor.Answered();
        await TalkTime.Of(TimeSpan.FromSeconds(3));
        await floor.End(caller);

        Assert.InRange(Voice.SecondsHeard(caller.HeardFile, Voice.AgentHz), 2.5, 60);
        Assert.InRange(Voice.SecondsHeard(agent.HeardFile, Voice.CallerHz), 2.5, 60);
    }
}
