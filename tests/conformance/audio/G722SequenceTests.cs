using System.Buffers.Binary;
using OrleansAcd.Audio;
using OrleansAcd.Tests.Conformance.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Audio;

/// <summary>G.722 against the digital test sequences of ITU-T G.722 Appendix II: the ADPCM of both sub-bands,
/// without the filters.</summary>
/// <remarks>A file is 16-bit words, most significant octet first. Bit 0 set: both coders are reset, the word is no
/// data. Samples are left-adjusted by one bit; code words stand in the upper octet.</remarks>
public sealed class G722SequenceTests
{
    private const ushort ResetFlag = 1;

    /// <summary>Configuration 1: the same sample goes into both sub-bands.</summary>
    [SkippableTheory, InlineData("bt1c1.xmt", "bt2r1.cod"), InlineData("bt1c2.xmt", "bt2r2.cod")]
    public void EncodesBitExactly(string samples, string codes)
    {
        var (input, expected) = (Words(samples), Words(codes));
        var (low, high, compared) = (G722LowBand.Create(), G722HighBand.Create(), 0);
        Assert.Equal(expected.Length, input.Length);
        for (var i = 0; i < input.Length; i++)
        {
            Assert.Equal(expected[i] & ResetFlag, input[i] & ResetFlag);
            if ((input[i] & ResetFlag) != 0)
            {
                (low, high) = (G722LowBand.Create(), G722HighBand.Create());
                continue;
            }

            var sample = (short)input[i] >> 1;
            var code = (high.Encode(sample) << 6) | low.Encode(sample);
            Assert.True(expected[i] >> 8 == code, $"{samples} word {i}: {code:x2}, not {expected[i] >> 8:x2}");
            compared++;
        }

        Assert.True(compared >= 700);
    }

    /// <summary>Configuration 2: the lower band in modes 1, 2 and 3, the higher band in the only one it has.</summary>
    [SkippableTheory]
    [InlineData("bt2r1.cod", "bt3l1.rc1", 1), InlineData("bt2r1.cod", "bt3l1.rc2", 2), InlineData("bt2r1.cod", "bt3l1.rc3", 3)]
    [InlineData("bt2r2.cod", "bt3l2.rc1", 1), InlineData("bt2r2.cod", "bt3l2.rc2", 2), InlineData("bt2r2.cod", "bt3l2.rc3", 3)]
    [InlineData("bt1d3.cod", "bt3l3.rc1", 1), InlineData("bt1d3.cod", "bt3l3.rc2", 2), InlineData("bt1d3.cod", "bt3l3.rc3", 3)]
    [InlineData("bt2r1.cod", "bt3h1.rc0", 0), InlineData("bt2r2.cod", "bt3h2.rc0", 0), InlineData("bt1d3.cod", "bt3h3.rc0", 0)]
    public void DecodesBitExactly(string codes, string samples, int mode)
    {
        var (input, expected) = (Words(codes), Words(samples));
        var (low, high, compared) = (G722LowBand.Create(), G722HighBand.Create(), 0);
        Assert.Equal(expected.Length, input.Length);
        for (var i = 0; i < input.Length; i++)
        {
            Assert.Equal(expected[i] & ResetFlag, input[i] & ResetFlag);
            if ((input[i] & ResetFlag) != 0)
            {
                (low, high) = (G722LowBand.Create(), G722HighBand.Create());
                continue;
            }

            var code = input[i] >> 8;
            var sample = mode == 0 ? high.Decode(code >> 6) : low.Decode(code & 0x3F, mode);
            Assert.True((short)expected[i] == sample << 1, $"{samples} word {i}: {sample << 1}, not {(short)expected[i]}");
            compared++;
        }

        Assert.True(compared >= 700);
    }

    private static ushort[] Words(string name)
    {
        var bytes = File.ReadAllBytes(MediaVectors.Path("audio/itu-g722-appendix2/" + name));
        return [.. Enumerable.Range(0, bytes.Length / 2)
            .Select(i => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(2 * i)))];
    }
}
