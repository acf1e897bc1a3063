using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Tests.Unit.MediaNode;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>A node's calls under each policy, message by message: never downgraded silently.</summary>
public sealed class EncryptionPolicyTests
{
    private const string Key = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
    private const string Line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " + Key + "\r\n";

    private static readonly LegId Agent = new(2);

    [Theory]
    [InlineData("RTP/SAVP", true)]
    [InlineData("RTP/AVP", true)]
    [InlineData("RTP/AVP", false)]
    public async Task ACallerGetsWhatItOffersAndTheRecordSaysWhatItWas(string profile, bool encrypted)
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        var (call, ok) = await rig.Up(phone, Sdp(phone, profile, encrypted));
        await rig.Command(n => new Hangup(call, 1, n, LegId.Caller, 200));

        Assert.Equal(encrypted, (await rig.Next<LegEnded>()).Quality.Encrypted);
        Assert.Contains(profile, Body(ok), StringComparison.Ordinal);
        const string Answered = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:";
        Assert.Equal(encrypted, Body(ok).Contains(Answered, StringComparison.Ordinal));
        Assert.DoesNotContain(Key, Body(ok), StringComparison.Ordinal);
        Assert.Equal(encrypted ? 1 : 0, (await rig.Counters()).LegsEncrypted);
        Assert.Equal(encrypted ? 0 : 1, (await rig.Counters()).LegsPlain);
    }

    [Theory]
    [InlineData(EncryptionPolicy.Require, "RTP/AVP", false, "TLS")]
    [InlineData(EncryptionPolicy.Require, "RTP/SAVP", true, "TLS")]
    [InlineData(EncryptionPolicy.Forbid, "RTP/SAVP", true, "not allowed")]
    [InlineData(EncryptionPolicy.Prefer, "RTP/SAVP", false, "crypto attribute")]
    public async Task AnOfferAgainstThePolicyIsRefusedInWords(
        EncryptionPolicy policy, string profile, bool keys, string words)
    {
        await using var rig = await NodeRig.Start();
        await rig.Settle([Trunk(policy)]);
        using var phone = new WirePhone(rig.Node.Sip);
        phone.Send(SipMethods.Invite, 1, Sdp(phone, profile, keys));

        var refusal = await phone.Final(SipMethods.Invite, 1);
        Assert.Equal(488, refusal.StatusCode);
        Assert.Contains(words, refusal.Headers.Get("Warning"), StringComparison.Ordinal);
        Assert.Equal(1, (await rig.Counters()).EncryptionRefused);
    }

    /// <summary>Nor are keys of ours told over UDP to who asks for our offer.</summary>
    [Fact]
    public async Task WhoRequiresEncryptionIsOfferedNothingWithoutTls()
    {
        await using var rig = await NodeRig.Start();
        await rig.Settle([Trunk(EncryptionPolicy.Require)]);
        using var phone = new WirePhone(rig.Node.Sip);
        phone.Send(SipMethods.Invite, 1);

        var refusal = await phone.Final(SipMethods.Invite, 1);
        Assert.Equal(488, refusal.StatusCode);
        Assert.Contains("TLS", refusal.Headers.Get("Warning"), StringComparison.Ordinal);
        Assert.Equal((0, 1L), (rig.Node.Calls, rig.Node.Counters.EncryptionRefused));
    }

    /// <summary>Keys in SDP are as safe as the signalling below: over UDP there are none to require.</summary>
    [Fact]
    public async Task AnAgentWhoRequiresEncryptionIsNotDialledWithoutTls()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await Dial(rig, call, agent, EncryptionPolicy.Require);

        Assert.Equal(488, (await rig.Next<LegFailed>()).SipCode);
    }

    [Theory]
    [InlineData(EncryptionPolicy.Prefer, true, true)]
    [InlineData(EncryptionPolicy.Prefer, false, false)]
    [InlineData(EncryptionPolicy.Forbid, false, false)]
    public async Task ADialledPhoneIsOfferedKeysInAPlainProfileAndTakesThemOrNot(
        EncryptionPolicy policy, bool takes, bool encrypted)
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await Dial(rig, call, agent, policy);
        var invite = await agent.Request(SipMethods.Invite);

        Assert.Contains("RTP/AVP", Body(invite), StringComparison.Ordinal);
        var hasKeys = Body(invite).Contains("a=crypto:1 AES_CM_128", StringComparison.Ordinal);
        Assert.Equal(policy == EncryptionPolicy.Prefer, hasKeys);
        agent.Respond(invite, 200, agent.Sdp("0") + (takes ? Line : ""));
        await rig.Next<LegAnswered>();
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));
        Assert.Equal(encrypted, (await rig.Next<LegEnded>()).Quality.Encrypted);
    }

    /// <summary>Video keeps to the policy with keys of its own; beside encrypted audio it may stay plain where
    /// encryption is preferred only, which is counted and recorded.</summary>
    [Theory]
    [InlineData(EncryptionPolicy.Prefer, "RTP/SAVP", true, true, 1, 0, 0)]
    [InlineData(EncryptionPolicy.Prefer, "RTP/AVP", false, true, 0, 1, 1)]
    [InlineData(EncryptionPolicy.Prefer, "RTP/SAVP", false, false, 0, 0, 0)]
    [InlineData(EncryptionPolicy.Forbid, "RTP/SAVP", true, false, 0, 0, 0)]
    public async Task AVideoLineIsEncryptedPlainOrRefusedAsThePolicySays(
        EncryptionPolicy policy, string profile, bool keys, bool taken, int encrypted, int plain, int downgraded)
    {
        await using var rig = await NodeRig.Start();
        await rig.Settle([Trunk(policy)]);
        using var phone = new WirePhone(rig.Node.Sip);
        var (call, ok) = await rig.Up(
            phone, Sdp(phone, "RTP/AVP", keys: true)
            + $"m=video {phone.RtpPort} {profile} 97\r\na=rtpmap:97 VP8/90000\r\n" + (keys ? Line : ""));
        await rig.Command(n => new Hangup(call, 1, n, LegId.Caller, 200));

        Assert.Equal(plain, (await rig.Next<LegEnded>()).Quality.PlainLines);
        Assert.Equal(taken, WirePhone.PortOf(ok, "video") != 0);
        var counters = await rig.Counters();
        Assert.Equal((encrypted, plain, downgraded, taken ? 0 : 1), (
            counters.LinesEncrypted, counters.LinesPlain, counters.EncryptionDowngraded, counters.EncryptionRefused));
    }

    /// <summary>A re-INVITE may ask for less where encryption is preferred only: that is counted.</summary>
    [Fact]
    public async Task ADowngradeByReinviteIsCounted()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        await rig.Up(phone, Sdp(phone, "RTP/AVP", keys: true));

        phone.Send(SipMethods.Invite, 2, Sdp(phone, "RTP/AVP", keys: false));
        Assert.Equal(200, (await phone.Final(SipMethods.Invite, 2)).StatusCode);
        phone.Send(SipMethods.Ack, 2);
        Assert.Equal(1, (await rig.Counters()).EncryptionDowngraded);
    }

    private static Task Dial(NodeRig rig, CallId call, WirePhone agent, EncryptionPolicy policy) => rig.Command(n =>
        new Dial(
            call, 1, n, Agent, [agent.Contact(rig.Node.Node)], new PartyIdentity("Support", "sip:c@acd.invalid"), [],
            TimeSpan.FromSeconds(15)) { Encryption = policy });

    private static TrunkSettings Trunk(EncryptionPolicy policy) =>
        new("carrier", "sip:127.0.0.1:5999", ["127.0.0.1"], null, policy, null);

    private static string Sdp(WirePhone phone, string profile, bool keys) =>
        phone.Sdp("0").Replace("RTP/AVP", profile, StringComparison.Ordinal) + (keys ? Line : "");

    private static string Body(SipMessage message) => System.Text.Encoding.UTF8.GetString(message.Body.Span);
}
