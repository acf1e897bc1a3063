using System.Buffers.Binary;
using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>The table in media-node/audio/README.md: every kind of file and its result.</summary>
public sealed class WavKindTests
{
    private const int Pcm = 1;
    private const int Float = 3;
    private const int Extensible = 0xFFFE;

    [Theory]
    [InlineData(Pcm, 8), InlineData(Pcm, 16), InlineData(Pcm, 24), InlineData(Pcm, 32)]
    [InlineData(Float, 32), InlineData(Float, 64)]
    public void EveryWidthIsReadInEitherByteOrderWithOneToEightChannels(int encoding, int bits)
    {
        foreach (var isBigEndian in (bool[])[false, true])
        {
            for (var channels = 1; channels <= WavReader.ChannelsMax; channels++)
            {
                var file = WavBytes.File(encoding, bits, channels, [0.5, -0.25, 0.125, -1], isBigEndian);
                Assert.Equal(WavReadResult.None, WavReader.TryRead(file, out var audio));
                Assert.Equal(channels, audio!.Channels);
                Assert.Equal([0.5f, -0.25f, 0.125f, -1f], audio.Mono);
            }
        }
    }

    [Theory, InlineData(Pcm, 16), InlineData(Pcm, 24), InlineData(Float, 32), InlineData(6, 8), InlineData(7, 8)]
    public void ExtensibleIsReadAsItsSubFormat(int encoding, int bits)
    {
        var plain = WavBytes.File(encoding, bits, 2, [0.5, -0.5]);
        var extensible = WavBytes.File(encoding, bits, 2, [0.5, -0.5], isExtensible: true);
        Assert.Equal(WavReadResult.None, WavReader.TryRead(plain, out var one));
        Assert.Equal(WavReadResult.None, WavReader.TryRead(extensible, out var other));
        Assert.Equal(one!.Mono, other!.Mono);
    }

    [Fact]
    public void ASubFormatOfAnotherListIsAnotherEncoding()
    {
        var file = WavBytes.File(Pcm, 16, 1, [0.5], isExtensible: true);
        file[12 + 8 + 30] ^= 0xFF;
        Assert.Equal(WavReadResult.UnsupportedEncoding, Read(file));
    }

    [Fact]
    public void ChannelsAreAveraged()
    {
        byte[] data = [0, 0x40, 0, 0xC0, 0, 0x40, 0, 0x40];           // 0.5 and -0.5; 0.5 and 0.5
        Assert.Equal(WavReadResult.None, WavReader.TryRead(WavFile.Build(Pcm, 8_000, 2, 16, data), out var audio));
        Assert.Equal([0f, 0.5f], audio!.Mono);
    }

    [Fact]
    public void WhatIsNoNumberIsSilenceAndWhatIsTooLoudIsCut()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e30, -7, 0.5];
        foreach (var bits in (int[])[32, 64])
        {
            Assert.Equal(WavReadResult.None, WavReader.TryRead(WavBytes.File(Float, bits, 1, values), out var audio));
            Assert.Equal([0f, 0f, 0f, 1f, -1f, 0.5f], audio!.Mono);
        }
    }

    [Theory, InlineData("LIST", 26), InlineData("LIST", 27), InlineData("fact", 4), InlineData("\0\0\0\0", 0)]
    [InlineData("JUNK", 1), InlineData("bext", 603), InlineData("????", 9_999)]
    public void ChunksOfAnyNameAndSizeAreSkippedBeforeFormatAndDataAndAfter(string id, int bytes)
    {
        var file = WavBytes.File(Pcm, 16, 1, [0.5, -0.5]);
        foreach (var at in (int[])[12, 36, file.Length])
        {
            Assert.Equal(WavReadResult.None, WavReader.TryRead(WavBytes.Insert(file, at, id, bytes), out var audio));
            Assert.Equal(2, audio!.Mono.Length);
        }
    }

    [Fact]
    public void AnOddDataChunkLosesItsHalfSampleOnly()
    {
        var file = WavFile.Build(Pcm, 8_000, 1, 16, [0, 0x40, 0]);
        Assert.Equal(WavReadResult.None, WavReader.TryRead(file, out var audio));
        Assert.Equal([0.5f], audio!.Mono);
    }

    [Fact]
    public void Rf64TellsItsLengthInDs64()
    {
        var file = WavBytes.Rf64(dataBytes: 4, samples: 2);
        Assert.Equal(WavReadResult.None, WavReader.TryRead(file, out var audio));
        Assert.Equal(2, audio!.Mono.Length);

        Assert.Equal(WavReadResult.None, WavReader.TryRead(WavBytes.Rf64(dataBytes: 2, samples: 2), out audio));
        Assert.Single(audio!.Mono);
        Assert.Equal(WavReadResult.Truncated, Read(WavBytes.Rf64(dataBytes: ulong.MaxValue, samples: 2)));
        Assert.Equal(WavReadResult.Empty, Read(WavBytes.Rf64(dataBytes: 0, samples: 2)));
    }

    [Theory, InlineData(uint.MaxValue - 1), InlineData(int.MaxValue), InlineData(0x8000_0000)]
    public void AnAbsurdLengthIsNotBelieved(uint length)
    {
        var file = WavBytes.File(Pcm, 16, 1, [0.5, -0.5]);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), length);
        Assert.Equal(WavReadResult.Truncated, WavReader.TryRead(file, out var audio));
        Assert.Equal(2, audio!.Mono.Length);

        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(16), length);
        Assert.Equal(WavReadResult.MissingData, Read(file));
    }

    [Fact]
    public void AFrameThatContradictsItsPartsIsABadFormatButNoneIsForgiven()
    {
        var file = WavBytes.File(Pcm, 16, 2, [0.5]);
        file[32] = 3;
        Assert.Equal(WavReadResult.BadFormat, Read(file));
        file[32] = 0;
        Assert.Equal(WavReadResult.None, Read(file));
    }

    [Theory]
    [InlineData(Pcm, 1), InlineData(Pcm, 12), InlineData(Pcm, 64), InlineData(Pcm, 0), InlineData(2, 4)]
    [InlineData(0x55, 16), InlineData(0x31, 16), InlineData(0, 16)]
    public void OtherEncodingsAreUnsupported(int encoding, int bits) => Assert.Equal(
        WavReadResult.UnsupportedEncoding, Read(WavFile.Build(encoding, 8_000, 1, bits, new byte[64])));

    [Theory, InlineData(Float, 16), InlineData(Float, 24), InlineData(6, 16), InlineData(7, 13)]
    public void AWidthThatAnEncodingCannotHaveIsABadFormat(int encoding, int bits) => Assert.Equal(
        WavReadResult.BadFormat, Read(WavFile.Build(encoding, 8_000, 1, bits, new byte[64])));

    [Fact]
    public void AnyBytesAreADefinedResult()
    {
        var random = new Random(11);
        for (var round = 0; round < 20_000; round++)
        {
            var file = WavBytes.File(Pcm, 16, 1, [0.5, -0.5, 0.25], round % 2 == 0, round % 3 == 0);
            for (var i = 0; i < 1 + (round % 6); i++) file[random.Next(file.Length)] = (byte)random.Next(256);
            var result = WavReader.TryRead(file.AsSpan(0, random.Next(file.Length + 1)), out var audio);
            Assert.Equal(result is WavReadResult.None or WavReadResult.Truncated, audio is not null);
        }
    }

    private static WavReadResult Read(ReadOnlySpan<byte> file) => WavReader.TryRead(file, out _);
}
