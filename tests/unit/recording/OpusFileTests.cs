using System.Diagnostics;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>Opus in Ogg: RFC 7845 and RFC 3533.</summary>
public sealed class OpusFileTests
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
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EachChannelIsAStreamOfItsOwnAndStandsWhereItWasSpoken(int channels)
    {
        Skip.IfNot(AudioCodecs.IsAvailable(AudioCodecId.Opus), "libopus is not here");
        using var folder = new RecordingFolder();
        const int frames = (2 * Rate) + 123;
        using (var file = OpusFile.Create(folder.File("a.opus"), new WavFormat(channels, Rate)))
        {
            for (var at = 0; at < frames; at += 8_000)
            {
                file.Write(at, Tones(at, Math.Min(8_000, frames - at), channels));
                file.Commit(at);
            }

            file.Finish(frames);
        }

        var (sound, samples) = Decode(File.ReadAllBytes(folder.File("a.opus")), channels);

        Assert.Equal(frames, samples);
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
        using (var file = OpusFile.Create(folder.File("a.opus"), new WavFormat(channels, Rate)))
        {
            file.Write(0, Tones(0, 2 * Rate, channels));
            file.Finish(2 * Rate);
        }

        var start = new ProcessStartInfo("/usr/bin/opusinfo", [folder.File("a.opus")]) { RedirectStandardOutput = true };
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
        var path = folder.File("a.opus");
        var ends = new List<(long Bytes, long Frames)>();
        byte[] whole;
        using (var file = OpusFile.Create(path, new WavFormat(2, Rate)))
        {
            for (var second = 0; second < 3; second++)
            {
                file.Write(second * Rate, Tones(second * Rate, Rate, 2));
                file.Commit((second + 1) * Rate);
                ends.Add((new FileInfo(path).Length, ((second + 1) * Rate) - 104));
            }

            whole = File.ReadAllBytes(path);
        }

        for (var length = whole.Length; length > ends[0].Bytes; length -= 7)
        {
            File.WriteAllBytes(path, whole[..length]);

            var sound = OggRepair.Repair(path);

            var kept = ends.Last(end => end.Bytes <= length);
            Assert.Equal(new RepairedSound(2, Rate, kept.Frames), sound);
            Assert.Equal(kept.Bytes, new FileInfo(path).Length);
            var (_, samples) = Decode(File.ReadAllBytes(path), 2);
            Assert.Equal(kept.Frames, samples);
        }
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

    /// <summary>Half a second of silence, then a tone in each channel.</summary>
    private static short[] Tones(int first, int frames, int channels)
    {
        var samples = new short[frames * channels];
        for (var i = 0; i < samples.Length; i++)
        {
            var (frame, channel) = (first + (i / channels), i % channels);
            if (frame >= Rate / 2) samples[i] = (short)(8_000 * Math.Sin(2 * Math.PI * Hz(channel) * frame / Rate));
        }

        return samples;
    }

    /// <summary>A reader as RFC 7845 describes one, apart from the writer's code.</summary>
    private static (short[][] Sound, long Samples) Decode(byte[] file, int channels)
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
        Assert.Equal((channels, Rate), (said, hz));
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
