using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>RFC 4585 §6.3.1 and RFC 5104 §4.3.1, byte by byte.</summary>
public sealed class PictureRequestTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData((byte)7, 20)]
    public void APliAndWhereUnderstoodAFirFollowTheReport(byte? fir, int more)
    {
        var buffer = new byte[PictureRequest.BytesMax];

        var length = PictureRequest.Write(buffer, new Ssrc(0x11), new Ssrc(0x22), "abc"u8, fir);

        var compound = buffer[..length];
        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(compound, out _));
        byte[] pli = [0x81, 206, 0, 2, 0, 0, 0, 0x11, 0, 0, 0, 0x22];
        Assert.Equal(pli, compound[(length - more - 12)..(length - more)]);
        if (fir is null) return;

        byte[] expected = [0x84, 206, 0, 4, 0, 0, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0x22, 7, 0, 0, 0];
        Assert.Equal(expected, compound[(length - 20)..]);
    }
}
