using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>RFC 3550 §5.1 and §5.3.1.</summary>
public sealed class RtpHeaderTests
{
    private static readonly byte[] s_plain = [0x80, 0x88, 0xFF, 0xFE, 1, 2, 3, 4, 5, 6, 7, 8, 0xAA, 0xBB];

    [Fact]
    public void ReadsAndWritesTheFixedHeader()
    {
        Assert.Equal(RtpParseError.None, RtpHeader.TryParse(s_plain, out var header));
        Assert.Equal(new RtpHeader(true, 8, new(0xFFFE), new(0x01020304), new(0x05060708), 12, 2), header);

        var written = new byte[12];
        header.Write(written);
        Assert.Equal(s_plain[..12], written);
    }

    [Fact]
    public void CsrcsExtensionAndPaddingAreNotPayload()
    {
        byte[] packet =
        [
            0xB2, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
            1, 1, 1, 1, 2, 2, 2, 2,
            0xBE, 0xDE, 0, 1, 9, 9, 9, 9,
            0x55, 0x66, 0, 2,
        ];
        Assert.Equal(RtpParseError.None, RtpHeader.TryParse(packet, out var header));
        Assert.Equal((28, 2), (header.PayloadOffset, header.PayloadLength));
    }

    [Theory]
    [InlineData(RtpParseError.TooShort, "80000001000000020000")]
    [InlineData(RtpParseError.BadVersion, "400000010000000200000003")]
    [InlineData(RtpParseError.TruncatedCsrcList, "8F0000010000000200000003" + "0101")]
    [InlineData(RtpParseError.TruncatedExtension, "900000010000000200000003" + "BEDE")]
    [InlineData(RtpParseError.TruncatedExtension, "900000010000000200000003" + "BEDEFFFF01020304")]
    [InlineData(RtpParseError.BadPadding, "A00000010000000200000003")]
    [InlineData(RtpParseError.BadPadding, "A00000010000000200000003" + "0000")]
    [InlineData(RtpParseError.BadPadding, "A00000010000000200000003" + "0003")]
    public void WhatIsNoPacketSaysWhy(RtpParseError expected, string hex) =>
        Assert.Equal(expected, RtpHeader.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void SequenceNumbersAndTimestampsWrap()
    {
        Assert.Equal(new SequenceNumber(0), new SequenceNumber(0xFFFF).Next);
        Assert.Equal(2, new SequenceNumber(1).DistanceFrom(new SequenceNumber(0xFFFF)));
        Assert.Equal(-2, new SequenceNumber(0xFFFF).DistanceFrom(new SequenceNumber(1)));
        Assert.Equal(160, new RtpTimestamp(100).DistanceFrom(new RtpTimestamp(uint.MaxValue - 59)));
        Assert.Equal(new RtpTimestamp(100), new RtpTimestamp(uint.MaxValue - 59).Advance(160));
    }

    [Theory, InlineData("192.0.2.7"), InlineData("2001:db8::7")]
    public void AddressesSurviveTheirValueForm(string text)
    {
        var endPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Parse(text), 5_004);
        var address = TransportAddress.From(endPoint);
        Assert.Equal(endPoint, address.ToIpEndPoint());
        Assert.Equal(text.Contains('.'), address.IsIpV4);
        Assert.True(address.IsSameHost(address.WithPort(1)));
    }
}
