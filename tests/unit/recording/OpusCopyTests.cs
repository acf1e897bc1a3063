using System.Diagnostics;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>Opus in Ogg: RFC 7845 and RFC 3533.</summary>
public sealed class OpusCopyTests
{
    private const int Rate = 16_000;

    /// <summary>An Ogg page from RFC 3533's rules alone: the checksum of "OggS", serial 1, one packet "abc".</summary>
    [Fact]
    public void APageIsTakenWholeOrNotAtAll()
    {
        var page = new byte[OggPage.BytesMax];
        var length = OggPage.Write(page, OggPage.Flags.First, 7, 1, 0, [3], "abc"u8);

        Assert.Equal(27 + 1 + 3, length);
        Assert.Equal(length, OggPage.LengthOf(page.AsSpan(0, length), out var granule));
        Assert.Equal(7, granule);
        for (var i = 0; i < length; i++)
        {
            Assert.Equal(0, OggPage.LengthOf(page.AsSpan(0, i), out _));
            page[i] ^= 1;
            Assert.Equal(0, OggPage.LengthOf(page.AsSpan(0, length), out _));
            page[i] ^= 1;
        }
    }

    [SkippableTheory]
    [InlineData(1, 16_000)]
    [InlineData(2, 16_000)]
    [InlineData(3, 16_000)]
    [InlineData(2, 8_000)]
    public void EachChannelIsAStreamOfItsOwnAndStandsWhereItWasSpoken(int channels, int inputHz)
    {
        Skip.IfNot(AudioCodecs.IsAvailable(AudioCodecId.Opus), "libopus is not here");
        using var folder = new RecordingFolder();
        var frames = (2 * inputHz) + 123;
        var path = Copied(folder, Tones(0, frames, channels, inputHz), channels, inputHz);

        var (sound, samples) = Decode(File.ReadAllBytes(path), channels, inputHz);

        Assert.Equal(frames * (Rate / inputHz), samples);
        for (var channel = 0; channel < channels; channel++)
        {
            // Half a second from where the tone begins: silent before, loud behind, within 5 ms.
            var pcm = sound[channel];
            Assert.True(ToneMeter.Rms(pcm.AsSpan(0, (Rate / 2) - 80)).Dbfs < -40, "silence before");
            Assert.True(ToneMeter.Rms(pcm.AsSpan((Rate / 2) + 80, 320)).Dbfs > -20, "the tone behind");
            for (var other = 0; other < channels; other++)
            {
                var level = ToneMeter.LevelAt(pcm.AsSpan(Rate, Rate / 2), Hz(other), Rate).Dbfs;
                Assert.True(other == channel ? level > -16 : level < -45, $"{Hz(other)} Hz at {level} in {channel}");
            }
        }
    }

    /// <summary>Xiph's own tools find nothing to complain about, and hear as many samples as were spoken.</summary>
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void OpusToolsReadIt(int channels)
    {
        Skip.IfNot(File.Exists("/usr/bin/opusinfo"), "opus-tools are not here");
        using var folder = new RecordingFolder();
        var path = Copied(folder, Tones(0, 2 * Rate, channels), channels, Rate);

        var start = new ProcessStartInfo("/usr/bin/opusinfo", [path]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.True(process.ExitCode == 0, said);
        Assert.Contains("0m:02.000s", said, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", said, StringComparison.OrdinalIgnoreCase);
    }

    [SkippableFact]
    public void AFileCutAnywhereInItsLastPagesIsKeptToTheLastWholePage()
    {
        Skip.IfNot(AudioCodecs.IsAvailable(AudioCodecId.Opus), "libopus is not here");
        using var folder = new RecordingFolder();
        var path = Copied(folder, Tones(0, 3 * Rate, 2), 2, Rate);
        var whole = File.ReadAllBytes(path);
        var ends = PageEnds(whole);
        File.WriteAllBytes(path, whole);
        Assert.Equal(new RepairedSound(2, Rate, 3 * Rate), OggRepair.Repair(path));
        Assert.Equal(whole, File.ReadAllBytes(path));

        for (var length = whole.Length - 1; length > ends[2].Bytes; length -= 97)
        {
            File.WriteAllBytes(path, whole[..length]);

            var sound = OggRepair.Repair(path);

            var kept = ends.Last(end => end.Bytes <= length);
            Assert.Equal(new RepairedSound(2, Rate, kept.Frames), sound);
            Assert.Equal(kept.Bytes, new FileInfo(path).Length);
            var (_, samples) = Decode(File.ReadAllBytes(path), 2, Rate);
            Assert.Equal(kept.Frames, samples);
        }
    }

    /// <summary>Speech through G.711 and back: what a listener needs of it, in each third of an octave of 300 to 3,400
    /// Hz, stays within 4.5 dB.</summary>
    [SkippableTheory]
    [InlineData(8_000)]
    [InlineData(16_000)]
    public void SpeechKeepsItsBandsAndItsRateIsThatOfSpeech(int inputHz)
    {
        Skip.IfNot(AudioCodecs.IsAvailable(AudioCodecId.Opus), "libopus is not here");
        using var folder = new RecordingFolder();
        var speech = Vowels(4 * inputHz, inputHz);
        var path = Copied(folder, speech, 1, inputHz);

        var (sound, _) = Decode(File.ReadAllBytes(path), 1, inputHz);

        var bitsPerSecond = new FileInfo(path).Length * 8 / 4;
        Assert.InRange(bitsPerSecond, 6_000, 32_000);
        foreach (var hz in (double[])[350, 700, 1_050, 1_400, 2_100, 2_800])
        {
            var before = ToneMeter.LevelAt(speech.AsSpan(inputHz, 2 * inputHz), hz, inputHz).Dbfs;
            var after = ToneMeter.LevelAt(sound[0].AsSpan(Rate, 2 * Rate), hz, Rate).Dbfs;
            Assert.InRange(after - before, -4.5, 4.5);
        }
    }

    /// <summary>A channel in which nobody speaks costs a few octets a second, is silent, and the other one is not
    /// touched.</summary>
    [SkippableFact]
    public void LongSilenceIsHardlyStoredAndEndsWhereSpeechBegins()
    {
        Skip.IfNot(AudioCodecs.IsAvailable(AudioCodecId.Opus), "libopus is not here");
        using var folder = new RecordingFolder();
        var sound = new short[10 * Rate];
        Tones(9 * Rate, Rate, 1).CopyTo(sound, 9 * Rate);
        new Random(3).GetItems<short>([-8, 0, 8], 8 * Rate).CopyTo(sound, 0);
        var path = Copied(folder, sound, 1, Rate);

        var file = File.ReadAllBytes(path);
        var ends = PageEnds(file);
        Assert.InRange(ends[^3].Bytes - ends[3].Bytes, 0, 7 * (50 * 3 + 40));
        var (decoded, samples) = Decode(file, 1, Rate);
        Assert.Equal(10 * Rate, samples);
        Assert.True(ToneMeter.Rms(decoded[0].AsSpan(0, (9 * Rate) - 80)).Dbfs < -60, "silence");
        Assert.True(ToneMeter.Rms(decoded[0].AsSpan((9 * Rate) + 80, 320)).Dbfs > -20, "the tone behind it");
        Assert.True(ToneMeter.LevelAt(decoded[0].AsSpan(9 * Rate, Rate), Hz(0), Rate).Dbfs > -16);
    }

    [Fact]
    public void WhatIsNoOggIsNoneOfOurs()
    {
        using var folder = new RecordingFolder();
        File.WriteAllBytes(folder.File("a.opus"), new byte[1_000]);
        Assert.Null(OggRepair.Repair(folder.File("a.opus")));
        File.WriteAllBytes(folder.File("b.opus"), []);
        Assert.Null(OggRepair.Repair(folder.File("b.opus")));
    }

    private static double Hz(int channel) => 500 + (450 * channel);

    private static string Copied(RecordingFolder folder, short[] samples, int channels, int rateHz)
    {
        var (format, frames) = (new WavFormat(channels, rateHz), samples.Length / channels);
        using var wav = WavFile.Create(folder.File("a.wav"), format);
        wav.Write(0, samples);
        OpusCopy.Make(wav, format, frames, folder.File("a.opus"), CancellationToken.None);
        return folder.File("a.opus");
    }

    /// <summary>Where each page ends: in the file, and in the sound at 16 kHz.</summary>
    private static List<(long Bytes, long Frames)> PageEnds(byte[] file)
    {
        var ends = new List<(long Bytes, long Frames)>();
        for (var at = 0; at < file.Length;)
        {
            at += OggPage.LengthOf(file.AsSpan(at), out var granule);
            ends.Add((at, (granule / 3) - 104));
        }

        return ends;
    }

    /// <summary>Half a second of silence from the beginning of time, then a tone in each channel.</summary>
    private static short[] Tones(int first, int frames, int channels, int rateHz = Rate)
    {
        var samples = new short[frames * channels];
        for (var i = 0; i < samples.Length; i++)
        {
            var (frame, channel) = (first + (i / channels), i % channels);
            var sample = 8_000 * Math.Sin(2 * Math.PI * Hz(channel) * frame / rateHz);
            if (frame >= rateHz / 2) samples[i] = (short)sample;
        }

        return samples;
    }

    /// <summary>A voice that goes on: pulses of 175 Hz with the resonances of a vowel.</summary>
    private static short[] Vowels(int frames, int rateHz)
    {
        var samples = new short[frames];
        for (var i = 0; i < frames; i++)
        {
            var sample = 0.0;
            for (var harmonic = 1; harmonic <= 16; harmonic++)
            {
                var weight = harmonic <= 4 ? 1_500 : 3_500.0 / harmonic;
                sample += weight * Math.Sin((2 * Math.PI * 175 * harmonic * i / rateHz) + harmonic);
            }

            samples[i] = (short)sample;
        }

        return samples;
    }

    /// <summary>A reader as RFC 7845 describes one, apart from the writer's code.</summary>
    private static (short[][] Sound, long Samples) Decode(byte[] file, int channels, int inputHz)
    {
        var packets = new List<byte[]>();
        var (granule, isLast, sequence) = (0L, false, 0u);
        for (var at = 0; at < file.Length;)
        {
            var length = OggPage.LengthOf(file.AsSpan(at), out granule);
            Assert.NotEqual(0, length);
            Assert.Equal(sequence++, BitConverter.ToUInt32(file, at + 18));
            isLast = (file[at + 5] & 4) != 0;
            var body = at + 27 + file[at + 26];
            for (int i = 0, size = 0; i < file[at + 26]; i++)
            {
                size += file[at + 27 + i];
                if (file[at + 27 + i] == 255) continue;

                packets.Add(file[body..(body + size)]);
                (body, size) = (body + size, 0);
            }

            at += length;
        }

        Assert.True(isLast);
        Assert.True(OggOpus.TryReadHead(packets[0], out var said, out var preSkip, out var hz));
        Assert.Equal((channels, inputHz), (said, hz));
        Assert.Equal("OpusTags"u8.ToArray(), packets[1][..8]);
        var sound = Enumerable.Range(0, channels).Select(_ => new List<short>()).ToArray();
        using var decoders = new Decoders(channels);
        foreach (var packet in packets.Skip(2)) decoders.Decode(packet, sound);
        return ([.. sound.Select(channel => channel.Skip(preSkip / 3).ToArray())], (granule - preSkip) / 3);
    }

    private sealed class Decoders(int channels) : IDisposable
    {
        private readonly AudioDecoder[] _all =
            [.. Enumerable.Range(0, channels).Select(_ => AudioCodecs.NewDecoder(AudioCodecId.Opus))];

        public void Decode(byte[] packet, List<short>[] sound)
        {
            var pcm = new short[AudioDecoder.PayloadSamplesMax];
            var at = 0;
            for (var channel = 0; channel < channels; channel++)
            {
                byte[] one;
                if (channel == channels - 1)
                {
                    one = packet[at..];
                }
                else
                {
                    var (length, bytes) = packet[at + 1] < 252
                        ? (packet[at + 1], 1) : (packet[at + 1] + (4 * packet[at + 2]), 2);
                    one = [packet[at], .. packet[(at + 1 + bytes)..(at + 1 + bytes + length)]];
                    at += 1 + bytes + length;
                }

                Assert.Equal(320, _all[channel].Decode(one, pcm));
                sound[channel].AddRange(pcm.AsSpan(0, 320));
            }
        }

        public void Dispose()
        {
            foreach (var decoder in _all) decoder.Dispose();
        }
    }
}
