using System.Buffers.Binary;
using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Files that people really have, and files that only an attacker has.</summary>
public sealed class WavTests
{
    [Theory]
    [InlineData(8_000, 1, 16), InlineData(16_000, 1, 16), InlineData(44_100, 2, 16), InlineData(48_000, 2, 16)]
    [InlineData(48_000, 1, 24), InlineData(8_000, 1, 8), InlineData(44_100, 1, 8), InlineData(11_025, 2, 24)]
    public void EveryPcmFormatLoadsWithItsToneAndLevel(int rate, int channels, int bits)
    {
        var file = WavFile.Pcm(WavFile.Sine(1_000, 0.25, rate, rate), rate, channels, bits);

        Assert.Equal(WavReadResult.None, AudioClip.TryLoadWav("tone", file, out var clip));

        var heard = Decoded(clip!);
        Assert.Equal(8_000, heard.Length);
        var middle = heard.AsSpan(1_000, 6_000);
        Assert.Equal(1_000, ToneMeter.Strongest(middle).FrequencyHz, 1.0);
        Assert.Equal(-12.04, ToneMeter.LevelAt(middle, 1_000).Dbfs, 0.3);
    }

    [Theory, InlineData(6, G711Codec.Pcma), InlineData(7, G711Codec.Pcmu)]
    public void G711FilesLoadUnchanged(int format, G711Codec law)
    {
        var samples = Tone.Steady(440, new AudioLevel(-12)).ToSamples();
        var encoded = new byte[samples.Length];
        G711.Encode(law, samples, encoded);

        var file = WavFile.Build(format, 8_000, 1, 8, encoded);
        Assert.Equal(WavReadResult.None, AudioClip.TryLoadWav("g711", file, out var clip));

        Assert.Equal(encoded, clip!.Encoded(law).ToArray());
    }

    [Fact]
    public void ExtensibleFilesAndOddChunksBeforeTheDataAreRead()
    {
        var data = new byte[320];
        var file = WavFile.Build(0xFFFE, 8_000, 1, 16, data, extraChunkBytes: 33);
        Assert.Equal(WavReadResult.None, WavReader.TryRead(file, out var audio));
        Assert.Equal(160, audio!.Mono.Length);
    }

    [Fact]
    public void ATruncatedFileGivesWhatIsThere()
    {
        var file = WavWriter.ToBytes(new short[1_000], 8_000);
        Assert.Equal(WavReadResult.Truncated, WavReader.TryRead(file.AsSpan(0, file.Length - 1_001), out var audio));
        Assert.Equal(499, audio!.Mono.Length);
    }

    [Fact]
    public void AStreamedFileWithoutLengthIsReadToItsEnd()
    {
        var file = WavWriter.ToBytes(new short[100], 8_000);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), uint.MaxValue);
        Assert.Equal(WavReadResult.None, WavReader.TryRead(file, out var audio));
        Assert.Equal(100, audio!.Mono.Length);
    }

    [Fact]
    public void EveryCutOfAFileIsADefinedResult()
    {
        var file = WavWriter.ToBytes(new short[10], 8_000);
        for (var length = 0; length < file.Length; length++)
        {
            var result = WavReader.TryRead(file.AsSpan(0, length), out var audio);
            Assert.NotEqual(WavReadResult.None, result);
            Assert.Equal(result == WavReadResult.Truncated, audio is not null);
        }
    }

    [Fact]
    public void WhatCannotBeReadSaysWhy()
    {
        Assert.Equal(WavReadResult.Empty, Read([]));
        Assert.Equal(WavReadResult.Empty, Read(WavFile.Build(1, 8_000, 1, 16, [])));
        Assert.Equal(WavReadResult.NotWave, Read("RIFQ....WAVE"u8));
        Assert.Equal(WavReadResult.MissingFormat, Read("RIFF....WAVEdata\u0004\0\0\0abcd"u8));
        Assert.Equal(WavReadResult.MissingFormat, Read("RIFF....WAVE"u8));
        Assert.Equal(WavReadResult.UnsupportedEncoding, Read(WavFile.Build(1, 8_000, 1, 12, new byte[8])));
        Assert.Equal(WavReadResult.UnsupportedChannels, Read(WavFile.Build(1, 8_000, 9, 16, new byte[24])));
        Assert.Equal(WavReadResult.UnsupportedChannels, Read(WavFile.Build(1, 8_000, 0, 16, new byte[24])));
        Assert.Equal(WavReadResult.UnsupportedSampleRate, Read(WavFile.Build(1, 0, 1, 16, new byte[8])));
        Assert.Equal(WavReadResult.UnsupportedSampleRate, Read(WavFile.Build(1, -1, 1, 16, new byte[8])));
        Assert.Equal(WavReadResult.BadFormat, Read(WavFile.Build(7, 8_000, 1, 16, new byte[8])));
        Assert.Equal(WavReadResult.TooLong, Read(WavFile.Build(1, 4_000, 1, 8, new byte[(15 * 60 * 4_000) + 1])));
    }

    [Fact]
    public void AnEightKilohertzFileComesThroughBitForBit()
    {
        var samples = Enumerable.Range(-32_768, 65_536).Select(v => (short)v).ToArray();
        Assert.Equal(WavReadResult.None, WavReader.TryRead(WavWriter.ToBytes(samples, 8_000), out var audio));
        Assert.Equal(samples, Pcm.ToLinear(Resampler.Convert(audio!.Mono, audio.SampleRateHz, 8_000)));
    }

    private static WavReadResult Read(ReadOnlySpan<byte> file) => WavReader.TryRead(file, out _);

    private static short[] Decoded(AudioClip clip)
    {
        var linear = new short[clip.LengthSamples];
        G711.Decode(G711Codec.Pcmu, clip.Encoded(G711Codec.Pcmu), linear);
        return linear;
    }
}
