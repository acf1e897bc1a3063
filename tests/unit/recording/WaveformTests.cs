using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>Pictures of recordings, of either format: what is loud stands where it was spoken.</summary>
public sealed class WaveformTests
{
    private const int Rate = 16_000;
    private const int Columns = 100;
    private const short Loud = 10_000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    [SkippableTheory]
    [InlineData("wav", 1)]
    [InlineData("wav", 3)]
    [InlineData("opus", 1)]
    [InlineData("opus", 2)]
    [InlineData("opus", 3)]
    public async Task EachPartyIsLoudWhereItSpokeAndNowhereElse(string format, int channels)
    {
        using var folder = new RecordingFolder();

        var waveform = await Read(Recorded(folder, format, channels), format);

        Assert.NotNull(waveform);
        Assert.Equal((channels, Columns), (waveform.Channels, waveform.Width));
        for (var channel = 0; channel < channels; channel++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var (low, high) = waveform[channel, column];
                var (from, until) = Speaks(channel);
                if (column >= from + 2 && column < until - 2)
                    Assert.True(high > 7_000 && low < -7_000, $"{channel}, {column}: {low} to {high}");
                else if (column < from - 2 || column > until + 2)
                    Assert.True(high < 500 && low > -500, $"{channel}, {column}: {low} to {high}");
            }
        }

        Assert.Equal(channels, waveform.ToSvg(90).Split("<path").Length - 1);
    }

    [SkippableTheory]
    [InlineData("wav")]
    [InlineData("opus")]
    public async Task WhatIsDamagedOrCutShortIsDrawnAsFarAsItGoesOrNotAtAll(string format)
    {
        using var folder = new RecordingFolder();
        var whole = Recorded(folder, format, 2);
        Assert.Null(await Read([], format));
        Assert.Null(await Read(new byte[5_000], format));

        var cut = await Read(whole[..(whole.Length * 2 / 3)], format);
        Assert.True(cut![0, 30].High > 7_000);
        Assert.Equal(0, cut[1, 90].High);

        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var broken = whole.ToArray();
            for (var hit = 0; hit < 4; hit++) broken[random.Next(broken.Length)] = (byte)random.Next();
            await Read(broken, format);
        }
    }

    [SkippableFact]
    public async Task WithoutACodecThereIsNoPictureOfOpus()
    {
        using var folder = new RecordingFolder();
        using var file = new MemoryStream(Recorded(folder, "opus", 1));

        Assert.Null(await OpusWaveform.TryRead(file, Duration, Columns, new NoCodec(), CancellationToken.None));
    }

    /// <summary>The columns in which a party speaks: half a second each, one after the other.</summary>
    private static (int From, int Until) Speaks(int channel) => (25 * (channel + 1), 25 * (channel + 2));

    private static byte[] Recorded(RecordingFolder folder, string format, int channels)
    {
        Skip.IfNot(AudioCodecs.IsAvailable(AudioCodecId.Opus), "libopus is not here");
        var frames = (int)(Duration.TotalSeconds * Rate);
        var sound = new short[frames * channels];
        for (var i = 0; i < sound.Length; i++)
        {
            var (from, until) = Speaks(i % channels);
            var column = i / channels * (long)Columns / frames;
            var sample = Loud * Math.Sin(2 * Math.PI * 440 * (i / channels) / Rate);
            sound[i] = column >= from && column < until ? (short)sample : (short)0;
        }

        using var wav = WavFile.Create(folder.File("a.wav"), new WavFormat(channels, Rate));
        wav.Write(0, sound);
        wav.Finish(frames);
        if (format == "opus")
            OpusCopy.Make(wav, wav.Format, frames, folder.File("a.opus"), CancellationToken.None);
        return File.ReadAllBytes(folder.File("a." + format));
    }

    private static async Task<Waveform?> Read(byte[] bytes, string format)
    {
        using var file = new MemoryStream(bytes);
        return format == "wav"
            ? await WavWaveform.TryRead(file, Columns, CancellationToken.None)
            : await OpusWaveform.TryRead(file, Duration, Columns, new OpusDecoding(), CancellationToken.None);
    }

    private sealed class NoCodec : IOpusDecoding
    {
        public IOpusVoice? NewVoice() => null;
    }
}
