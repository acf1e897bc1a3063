using System.Text;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Sip.Sdp;
using Xunit;
using MediaDirection = OrleansAcd.MediaNode.Media.MediaDirection;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>From session descriptions to what the media side is told.</summary>
public sealed class LegDescriptionsTests
{
    /// <summary>RFC 3264 section 8.4: who sends only, or nothing, holds the call.</summary>
    [Theory]
    [InlineData("sendrecv", false, MediaDirection.SendReceive)]
    [InlineData("recvonly", false, MediaDirection.SendOnly)]
    [InlineData("sendonly", true, MediaDirection.ReceiveOnly)]
    [InlineData("inactive", true, MediaDirection.Inactive)]
    public void APhoneThatWantsToHearNothingHoldsTheCall(string direction, bool isHeld, MediaDirection ours)
    {
        var offer =
            $"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
            + $"m=audio 4000 RTP/AVP 0\r\na={direction}\r\n";
        Assert.Equal(SdpError.None, SessionDescription.TryParse(Encoding.ASCII.GetBytes(offer), out var theirs));
        var exchange = new OfferAnswer();
        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(theirs));
        var capability = new AudioCapability
        {
            Address = "192.0.2.2", RtpPort = 5000, RtcpPort = 5001, Codecs = [AudioCodec.Pcmu],
        };
        var description = AudioSdp.Describe(capability, SdpOrigin.Create(1, "192.0.2.2"));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(description, AnswerChoice.Default, out _));

        var agreed = LegDescriptions.Agreed(exchange)!;

        Assert.Equal((isHeld, ours), (agreed.IsHeld, agreed.Direction));
    }
}
