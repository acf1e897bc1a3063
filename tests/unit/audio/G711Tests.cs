using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>ITU-T G.711 as a whole; the tables themselves are held against vectors in
/// tests/conformance/audio.</summary>
public sealed class G711Tests
{
    public static readonly TheoryData<G711Codec> Laws = [G711Codec.Pcmu, G711Codec.Pcma];

    [Theory, MemberData(nameof(Laws))]
    public void DecodingThenEncodingKeepsEveryByteButMuLawsNegativeZero(G711Codec law)
    {
        for (var value = 0; value < 256; value++)
        {
            var again = G711.Encode(law, G711.Decode(law, (byte)value));
            var expected = law == G711Codec.Pcmu && value == 0x7F ? 0xFF : value;
            Assert.Equal(expected, again);
        }
    }

    [Theory, MemberData(nameof(Laws))]
    public void TranscodingChangesLawByAtMostAStepOfTheCoarserOne(G711Codec law)
    {
        var other = law == G711Codec.Pcmu ? G711Codec.Pcma : G711Codec.Pcmu;
        for (var value = 0; value < 256; value++)
        {
            byte[] payload = [(byte)value];
            G711.Transcode(law, other, payload);
            var (before, after) = (G711.Decode(law, (byte)value), G711.Decode(other, payload[0]));
            Assert.True(Math.Abs(before - after) <= 8 + (Math.Abs(before) / 16), $"{value}: {before} became {after}");
        }
    }

    [Theory, MemberData(nameof(Laws))]
    public void SilenceIsTheQuietestByte(G711Codec law) =>
        Assert.True(Math.Abs((int)G711.Decode(law, G711.Silence(law))) <= 8);

    [Fact]
    public void TheSameLawIsNotTouched()
    {
        byte[] payload = [1, 2, 3];
        G711.Transcode(G711Codec.Pcma, G711Codec.Pcma, payload);
        Assert.Equal([1, 2, 3], payload);
    }

    [Theory, MemberData(nameof(Laws))]
    public void AToneSurvivesTheLawAtItsLevel(G711Codec law)
    {
        var tone = Tone.Steady(1_004, new AudioLevel(-10)).ToSamples();
        var encoded = new byte[tone.Length];
        var decoded = new short[tone.Length];
        G711.Encode(law, tone, encoded);
        G711.Decode(law, encoded, decoded);
        Assert.Equal(-10, ToneMeter.LevelAt(decoded, 1_004).Dbfs, 0.1);
    }
}
