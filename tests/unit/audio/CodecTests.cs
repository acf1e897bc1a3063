using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Every codec, as the mixer uses it: frames in, payloads, frames out.</summary>
public sealed class CodecTests
{
    public static TheoryData<AudioCodecId> All =>
        [AudioCodecId.Pcmu, AudioCodecId.Pcma, AudioCodecId.G722, AudioCodecId.L16, AudioCodecId.Opus];

    [SkippableTheory, MemberData(nameof(All))]
    public void ATonePassesWithItsFrequencyAndLevel(AudioCodecId codec)
    {
        var (heard, rateHz) = Pass(codec, 1_000, 20);
        var (frequency, level) = ToneMeter.Strongest(heard.AsSpan(rateHz / 2), rateHz);
        Assert.Equal(1_000, frequency, 2.0);
        Assert.Equal(AudioLevel.FromSinePeak(8_000.0 / 32_768).Dbfs, level.Dbfs, 1.0);
    }

    /// <summary>G.722 section 2.5: both bands pass, and the filters put no image of one into the other.</summary>
    [Theory]
    [InlineData(200), InlineData(1_000), InlineData(3_000), InlineData(3_700), InlineData(5_000), InlineData(6_500)]
    public void G722PassesWidebandFlatAndWithoutImages(double hz)
    {
        var (heard, rateHz) = Pass(AudioCodecId.G722, hz, 20);
        var steady = heard.AsSpan(rateHz / 2);
        var level = ToneMeter.LevelAt(steady, hz, rateHz).Dbfs;
        Assert.Equal(AudioLevel.FromSinePeak(8_000.0 / 32_768).Dbfs, level, 1.0);
        Assert.True(ToneMeter.LevelAt(steady, 8_000 - hz, rateHz).Dbfs < level - 25);
    }

    [SkippableTheory, MemberData(nameof(All))]
    public void APayloadSaysHowLongItIs(AudioCodecId codec)
    {
        SkipWithout(codec);
        using var encoder = AudioCodecs.NewEncoder(codec);
        var payload = new byte[AudioEncoder.PayloadBytesMax];
        foreach (var milliseconds in new[] { 10, 20, 40 })
        {
            var length = encoder.Encode(new short[encoder.SampleRateHz / 1_000 * milliseconds], payload);
            Assert.True(length > 0);
            var ticks = AudioCodecs.PayloadTicks(codec, payload.AsSpan(0, length));
            Assert.Equal(AudioCodecs.ClockHz(codec) / 1_000 * milliseconds, ticks);
        }
    }

    /// <summary>RFC 6716 section 3.1, table 2, and the four frame count codes.</summary>
    [Theory]
    [InlineData(new byte[] { 0x00 }, 480), InlineData(new byte[] { 0x18 }, 2_880), InlineData(new byte[] { 0x60 }, 480)]
    [InlineData(new byte[] { 0x68 }, 960), InlineData(new byte[] { 0x80 }, 120), InlineData(new byte[] { 0x98 }, 960)]
    [InlineData(new byte[] { 0x99 }, 1_920), InlineData(new byte[] { 0x9A }, 1_920)]
    [InlineData(new byte[] { 0x9B, 3 }, 2_880)]
    [InlineData(new byte[] { 0x9B }, 0), InlineData(new byte[] { 0x9B, 63 }, 0), InlineData(new byte[0], 0)]
    public void OpusTellsItsLengthInTheFirstOctet(byte[] payload, int ticks) =>
        Assert.Equal(ticks, AudioCodecs.PayloadTicks(AudioCodecId.Opus, payload));

    [Fact]
    public void L16IsInNetworkByteOrder()
    {
        using var encoder = new L16Encoder();
        var payload = new byte[4];
        Assert.Equal(4, encoder.Encode([0x0102, -2], payload));
        Assert.Equal([0x01, 0x02, 0xFF, 0xFE], payload);
        var pcm = new short[2];
        Assert.Equal(2, new L16Decoder().Decode(payload, pcm));
        Assert.Equal([0x0102, -2], pcm);
    }

    /// <summary>RFC 7587 section 7: a receiver "is still REQUIRED to be capable of decoding" stereo.</summary>
    [SkippableFact]
    public void AStereoPayloadBecomesMono()
    {
        SkipWithout(AudioCodecId.Opus);
        using var handle = new OpusEncoderHandle(16_000, 2);
        using var decoder = new OpusDecoder();
        var (stereo, pcm, payload) = (new short[640], new short[320], new byte[1_275]);
        for (var frame = 0; frame < 20; frame++)
        {
            for (var i = 0; i < 320; i++)
            {
                var at = (frame * 320) + i;
                stereo[2 * i] = stereo[(2 * i) + 1] = (short)(8_000 * Math.Sin(2 * Math.PI * 700 * at / 16_000));
            }

            Assert.Equal(320, decoder.Decode(payload.AsSpan(0, EncodeStereo(handle, stereo, payload)), pcm));
        }

        Assert.Equal(700, ToneMeter.Strongest(pcm, 16_000).FrequencyHz, 20.0);
        Assert.Equal(AudioLevel.FromSinePeak(8_000.0 / 32_768).Dbfs, ToneMeter.Rms(pcm).Dbfs, 1.5);
    }

    [SkippableFact]
    public void OpusConcealsALostPayloadItself()
    {
        SkipWithout(AudioCodecId.Opus);
        using var encoder = new OpusEncoder();
        using var decoder = new OpusDecoder();
        var sine = StreamResamplerTests.Sine(400, 16_000, 8_000, 20);
        var (pcm, payload) = (new short[320], new byte[1_275]);
        for (var i = 0; i < 20; i++)
        {
            decoder.Decode(payload.AsSpan(0, encoder.Encode(sine.AsSpan(i * 320, 320), payload)), pcm);
        }

        decoder.Conceal(pcm);
        Assert.Equal(400, ToneMeter.Strongest(pcm, 16_000).FrequencyHz, 40.0);
        Assert.True(ToneMeter.Rms(pcm).Dbfs > -30);

        // Whatever length is asked for is filled, at the end with silence where the library makes no such piece.
        var odd = new short[333];
        Array.Fill(odd, (short)77);
        decoder.Conceal(odd);
        Assert.Equal(0, odd[^1]);
    }

    [SkippableTheory, MemberData(nameof(All))]
    public void WhateverComesFromTheNetworkDoesNotThrow(AudioCodecId codec)
    {
        SkipWithout(codec);
        var random = new Random(21);
        using var decoder = AudioCodecs.NewDecoder(codec);
        var (payload, pcm) = (new byte[3_000], new short[AudioDecoder.PayloadSamplesMax]);
        for (var i = 0; i < 2_000; i++)
        {
            random.NextBytes(payload);
            var bytes = payload.AsSpan(0, random.Next(i % 5 == 0 ? 3_000 : 400));
            Assert.InRange(decoder.Decode(bytes, pcm.AsSpan(0, random.Next(pcm.Length))), 0, pcm.Length);
            Assert.InRange(AudioCodecs.PayloadTicks(codec, bytes), 0, 5_760);
            if (i % 50 == 0) decoder.Conceal(pcm.AsSpan(0, random.Next(pcm.Length)));
            if (i % 500 == 0) decoder.Reset();
        }
    }

    [SkippableTheory, MemberData(nameof(All))]
    public void WithoutRoomNothingIsWritten(AudioCodecId codec)
    {
        SkipWithout(codec);
        using var encoder = AudioCodecs.NewEncoder(codec);
        using var decoder = AudioCodecs.NewDecoder(codec);
        var payload = new byte[AudioEncoder.PayloadBytesMax];
        var frame = encoder.SampleRateHz / 50;
        var length = encoder.Encode(new short[frame], payload);
        Assert.Equal(0, encoder.Encode(new short[frame], payload.AsSpan(0, 0)));
        var isFixed = codec != AudioCodecId.Opus;
        if (isFixed) Assert.Equal(0, encoder.Encode(new short[frame], payload.AsSpan(0, length - 1)));
        Assert.Equal(0, decoder.Decode(payload.AsSpan(0, length), new short[frame - 1]));
    }

    [SkippableTheory, MemberData(nameof(All))]
    public void AllocatesNothingPerFrame(AudioCodecId codec)
    {
        SkipWithout(codec);
        using var encoder = AudioCodecs.NewEncoder(codec);
        using var decoder = AudioCodecs.NewDecoder(codec);
        var (payload, pcm) = (new byte[AudioEncoder.PayloadBytesMax], new short[encoder.SampleRateHz / 50]);
        AllocationMeter.AssertNothing(100, () =>
        {
            decoder.Decode(payload.AsSpan(0, encoder.Encode(pcm, payload)), pcm);
            decoder.Conceal(pcm);
        });
    }

    private static (short[] Heard, int RateHz) Pass(AudioCodecId codec, double hz, int hundredths)
    {
        SkipWithout(codec);
        using var encoder = AudioCodecs.NewEncoder(codec);
        using var decoder = AudioCodecs.NewDecoder(codec);
        Assert.Equal(AudioCodecs.SampleRateHz(codec), encoder.SampleRateHz);
        Assert.Equal(encoder.SampleRateHz, decoder.SampleRateHz);
        var sine = StreamResamplerTests.Sine(hz, encoder.SampleRateHz, 8_000, 5 * hundredths);
        var (heard, payload, frame) = (new short[sine.Length], new byte[1_280], encoder.SampleRateHz / 50);
        for (var i = 0; i < sine.Length / frame; i++)
        {
            var length = encoder.Encode(sine.AsSpan(i * frame, frame), payload);
            Assert.Equal(frame, decoder.Decode(payload.AsSpan(0, length), heard.AsSpan(i * frame, frame)));
        }

        return (heard, encoder.SampleRateHz);
    }

    private static unsafe int EncodeStereo(OpusEncoderHandle encoder, short[] stereo, byte[] payload)
    {
        fixed (short* samples = stereo)
        fixed (byte* bytes = payload)
        {
            return OpusLibrary.Encode(encoder, samples, stereo.Length / 2, bytes, payload.Length);
        }
    }

    private static void SkipWithout(AudioCodecId codec) =>
        Skip.IfNot(AudioCodecs.IsAvailable(codec), "libopus is not here");
}
