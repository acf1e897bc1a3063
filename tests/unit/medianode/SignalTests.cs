using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Keys through the node: in INFO requests, and pressed by command.</summary>
public sealed class SignalTests
{
    private const string Relay = "application/dtmf-relay";
    private const string EventsFormats = "0 101\r\na=rtpmap:101 telephone-event/8000";

    [Fact]
    public async Task AKeyInAnInfoIsAcceptedAndTold()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        await rig.Up(phone, phone.Sdp(WirePhone.G711));

        phone.Send(SipMethods.Info, 2, "Signal= 5\r\nDuration= 180\r\n", contentType: Relay);

        Assert.Equal(200, (await phone.Final(SipMethods.Info, 2)).StatusCode);
        var told = await rig.Next<DigitReceived>();
        Assert.Equal((LegId.Caller, '5', 180.0), (told.Leg, told.Digit, told.Duration.TotalMilliseconds));
        Assert.DoesNotContain("Digit =", told.ToString(), StringComparison.Ordinal);
    }

    /// <summary>RFC 3261 section 21.4.13: a 415 lists in Accept what would do.</summary>
    [Theory]
    [InlineData("application/x-unknown", "5", 415), InlineData(Relay, "Signal=x", 400), InlineData(Relay, "", 200)]
    [InlineData(Relay, "Signal=16", 200)]
    public async Task AnInfoWithoutAKeyIsAnsweredAndTellsNothing(string type, string body, int code)
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        await rig.Up(phone, phone.Sdp(WirePhone.G711));

        phone.Send(SipMethods.Info, 2, body, contentType: type);
        var response = await phone.Final(SipMethods.Info, 2);
        phone.Send(SipMethods.Info, 3, "#", contentType: "application/dtmf");

        Assert.Equal(code, response.StatusCode);
        if (code == 415) Assert.Contains(Relay, response.Headers.Get(SipHeaderId.Accept)!, StringComparison.Ordinal);
        Assert.Equal('#', (await rig.Next<DigitReceived>()).Digit);
    }

    [Fact]
    public async Task KeysArePressedByCommandAsEvents()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        var call = (await rig.Up(phone, phone.Sdp(EventsFormats))).Call;

        await rig.Command(n => new SendDtmf(call, 1, n, LegId.Caller, "4#", TimeSpan.FromMilliseconds(60)));

        var receiver = new TelephoneEventReceiver();
        var keys = "";
        while (keys.Length < 2)
        {
            var packet = await phone.Hear();
            Assert.Equal(RtpParseError.None, RtpHeader.TryParse(packet, out var header));
            Assert.Equal(101, header.PayloadType);
            var payload = packet.AsSpan(header.PayloadOffset, header.PayloadLength);
            receiver.Handle(header.Marker, header.Timestamp, payload, default);
            while (receiver.TryPoll(out var key)) keys += key.Key;
        }

        Assert.Equal("4#", keys);
    }
}
