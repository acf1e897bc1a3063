using OrleansAcd.Audio;
using OrleansAcd.Tests.Conformance.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Audio;

/// <summary>G.711 against exhaustive tables made by another implementation.</summary>
public sealed class G711TableTests
{
    /// <summary>Decision values lie between two steps: implementations differ there by one, and either is
    /// right.</summary>
    private const int TiesMax = 964;

    [SkippableTheory, InlineData(G711Codec.Pcmu, "ulaw"), InlineData(G711Codec.Pcma, "alaw")]
    public void DecodesAll256BytesExactly(G711Codec law, string name)
    {
        var lines = File.ReadAllLines(MediaVectors.Path($"audio/g711-tables/{name}_decode_256.csv"));
        Assert.Equal(256, lines.Length);
        foreach (var line in lines)
        {
            var parts = line.Split(',');
            Assert.Equal(short.Parse(parts[1]), G711.Decode(law, byte.Parse(parts[0])));
        }
    }

    [SkippableTheory, InlineData(G711Codec.Pcmu, "ulaw"), InlineData(G711Codec.Pcma, "alaw")]
    public void EncodesAll65536SamplesWithinOneStep(G711Codec law, string name)
    {
        var expected = File.ReadAllBytes(MediaVectors.Path($"audio/g711-tables/{name}_encode_-32768_32767.bin"));
        var ties = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var sample = (short)(i - 32_768);
            var got = G711.Encode(law, sample);
            if (got == expected[i]) continue;

            ties++;
            var (mine, theirs) = (G711.Decode(law, got), G711.Decode(law, expected[i]));
            Assert.True(Math.Abs(Step(law, mine) - Step(law, theirs)) == 1, $"{sample}: {mine} against {theirs}");
        }

        Assert.True(ties <= TiesMax, $"{ties} samples differ");
    }

    /// <summary>Place of a decoded value among the 256 a law has.</summary>
    private static int Step(G711Codec law, short value) =>
        Array.IndexOf([.. Enumerable.Range(0, 256).Select(b => G711.Decode(law, (byte)b)).Distinct().Order()], value);
}
