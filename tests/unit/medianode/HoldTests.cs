using System.Text;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>What a phone changes while the call is up, by re-INVITE: hold and back (RFC 3264 §8.4), its key and ours
/// (RFC 4568 §7.1.4).</summary>
public sealed class HoldTests
{
    private const string Crypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:";

    [Theory]
    [InlineData("a=sendonly\r\n", "127.0.0.1", "a=recvonly")]
    [InlineData("a=inactive\r\n", "127.0.0.1", "a=inactive")]
    [InlineData("", "0.0.0.0", "a=recvonly")]
    [InlineData("a=inactive\r\n", "0.0.0.0", "a=inactive")]
    public async Task APhoneHoldsAndGoesOn(string direction, string address, string answered)
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        await rig.Up(phone);
        var held = phone.Sdp("0").Replace("c=IN IP4 127.0.0.1", $"c=IN IP4 {address}", StringComparison.Ordinal);

        var hold = await Change(phone, 2, held + direction);
        Assert.True((await rig.Next<LegHeld>()).Held);
        Assert.Contains(answered, Body(hold), StringComparison.Ordinal);

        var back = await Change(phone, 3, phone.Sdp("0"));
        Assert.False((await rig.Next<LegHeld>()).Held);
        Assert.Contains("a=sendrecv", Body(back), StringComparison.Ordinal);
        Assert.Equal(1, rig.Node.Calls);
    }

    /// <summary>Our key goes on while theirs does; another of theirs may be another device. Who asks for our offer gets
    /// a fresh one.</summary>
    [SkippableFact]
    public async Task KeysChangeWithThePhonesAndWithAnOfferOfOurs()
    {
        Skip.IfNot(SrtpSuite.IsSupported, "libcrypto is not here");
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        var (_, first) = await rig.Up(phone, Sdp(phone, 'A'));

        var same = await Change(phone, 2, Sdp(phone, 'A') + "a=sendonly\r\n");
        var other = await Change(phone, 3, Sdp(phone, 'B'));
        phone.Send(SipMethods.Invite, 4);
        var offer = await phone.Final(SipMethods.Invite, 4);
        phone.Send(SipMethods.Ack, 4, Sdp(phone, 'B'));
        var last = await Change(phone, 5, Sdp(phone, 'B'));

        Assert.Equal(KeyIn(first), KeyIn(same));
        Assert.Equal(3, new[] { KeyIn(first), KeyIn(other), KeyIn(offer) }.Distinct().Count());
        Assert.Equal(KeyIn(offer), KeyIn(last));
        Assert.Equal((1L, 0L), (rig.Node.Counters.LegsEncrypted, rig.Node.Counters.EncryptionDowngraded));
    }

    private static async Task<SipResponse> Change(WirePhone phone, uint cseq, string sdp)
    {
        phone.Send(SipMethods.Invite, cseq, sdp);
        var answer = await phone.Final(SipMethods.Invite, cseq);
        Assert.Equal(200, answer.StatusCode);
        phone.Send(SipMethods.Ack, cseq);
        return answer;
    }

    private static string Sdp(WirePhone phone, char key) => $"{phone.Sdp("0")}{Crypto}{new string(key, 40)}\r\n";

    /// <summary>Of the suite that the phone has.</summary>
    private static string KeyIn(SipMessage message)
    {
        var line = Body(message).Split("\r\n")
            .Single(text => text.Contains("AES_CM_128_HMAC_SHA1_80", StringComparison.Ordinal));
        return line[(line.IndexOf("inline:", StringComparison.Ordinal) + 7)..];
    }

    private static string Body(SipMessage message) => Encoding.UTF8.GetString(message.Body.Span);
}
