using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>Every party at its time, silence between, gaps told.</summary>
public sealed class SegmentWriterTests : IDisposable
{
    private const int Rate = 8_000;
    private static readonly Instant Begin = Instant.FromMilliseconds(60_000);
    private readonly RecordingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EachChannelHoldsItsOwnToneAndNoneOfTheOthers()
    {
        double[] tones = [440, 1_000, 1_700];
        var segment = Segment(3);
        for (var frame = 0; frame < 250; frame++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                segment.Write(channel, At(frame * 20), Tone(tones[channel], frame), Rate, false);
            }

            segment.Flush(At(frame * 20));
        }

        var sound = Closed(segment, 5_000, out var facts);

        Assert.Equal(TimeSpan.FromSeconds(5), facts.Duration);
        Assert.Empty(facts.Gaps);
        for (var channel = 0; channel < 3; channel++)
        {
            Assert.Equal(40_000, sound[channel].Length);
            foreach (var tone in tones)
            {
                var level = ToneMeter.LevelAt(sound[channel], tone).Dbfs;
                if (tone == tones[channel]) Assert.InRange(level, -12.5, -11.5);
                else Assert.True(level < -60, $"{tone} Hz at {level} dBFS in channel {channel}");
            }
        }
    }

    /// <summary>A click that all hear at once stands in the same sample, however late each packet came.</summary>
    [Fact]
    public void SamplesStandWhereTheirTimeSaysInWhateverOrderTheyCome()
    {
        var segment = Segment(2);
        segment.Write(1, At(100), [7, 7], Rate, true);
        segment.Write(0, At(140), [5], Rate, true);
        segment.Flush(At(1_000));
        segment.Write(0, At(100), [3, 4], Rate, false);
        segment.Write(1, At(1_500), [9], Rate, false);

        var sound = Closed(segment, 2_000, out _);

        Assert.Equal([3, 4, 0], sound[0][800..803]);
        Assert.Equal([7, 7, 0], sound[1][800..803]);
        Assert.Equal((5, 9), (sound[0][1_120], sound[1][12_000]));
        Assert.Equal(5, sound.Sum(channel => channel.Count(sample => sample != 0)) - 1);
    }

    [Fact]
    public void WhatLiesBeforeTheBeginningOrBehindTheEndBelongsToAnotherSegment()
    {
        var segment = Segment(1);
        segment.Write(0, At(-10), Constant(1), Rate, true);
        segment.EndAt(At(50));
        segment.Write(0, At(40), Constant(2), Rate, false);

        var sound = Closed(segment, 50, out _);

        Assert.Equal(400, sound[0].Length);
        Assert.Equal((80, 80), (sound[0].Count(sample => sample == 1), sound[0].Count(sample => sample == 2)));
        Assert.Equal((1, 2), (sound[0][0], sound[0][^1]));
    }

    /// <summary>A source that is ahead of its clock had said more than the old segment could keep.</summary>
    [Fact]
    public void NothingIsMissingWhereOneSegmentFollowsAnother()
    {
        var first = Segment(2);
        for (var ms = 0; ms < 1_040; ms += 20) first.Write(1, At(ms), Constant(3), Rate, ms == 0);
        first.Flush(At(1_000));
        first.EndAt(At(1_000));
        var plan = Plan(2) with { Begin = At(1_000), Channels = [1, 7] };
        var second = new SegmentWriter(plan, WavFile.Create(_folder.File("b.wav"), new WavFormat(2, Rate)));

        second.TakeOver(first);
        for (var ms = 1_040; ms < 1_100; ms += 20)
        {
            first.Write(1, At(ms), Constant(3), Rate, false);
            second.Write(1, At(ms), Constant(3), Rate, false);
        }

        second.EndAt(At(1_100));
        var (before, after) = (Closed(first, 0, out _), Closed(second, 0, out _));
        Assert.All(before[1], sample => Assert.Equal(3, sample));
        Assert.All(after[0], sample => Assert.Equal(3, sample));
        Assert.All(after[1], sample => Assert.Equal(0, sample));
        Assert.Equal((8_000, 800), (before[1].Length, after[0].Length));
    }

    [Fact]
    public void APauseIsSilenceAndToldAndNothingSpokenInItIsStored()
    {
        var segment = Segment(1);
        segment.Write(0, At(0), Constant(1), Rate, true);
        segment.Pause(At(100));
        segment.Resume(At(300));
        segment.Write(0, At(290), Constant(2), Rate, false);
        segment.Pause(At(400));

        var sound = Closed(segment, 500, out var facts);

        Assert.All(sound[0][160..2_400], sample => Assert.Equal(0, sample));
        Assert.Equal(2, sound[0][2_400]);
        Assert.Equal(
            [Gap(100, 200, RecordingGapReason.Pause), Gap(400, 100, RecordingGapReason.Pause)],
            facts.Gaps.AsEnumerable());
    }

    [Fact]
    public void PacketsLostOnTheWayAreAGapFromTheLastToTheNext()
    {
        var segment = Segment(2);
        segment.Write(0, At(0), Constant(1), Rate, true);
        segment.Missed(0, At(100));
        segment.Write(0, At(100), Constant(1), Rate, false);

        Closed(segment, 200, out var facts);

        Assert.Equal(Gap(20, 80, RecordingGapReason.Storage), Assert.Single(facts.Gaps));
    }

    [Fact]
    public void StorageThatFailsCostsAGapAndIsTriedAgain()
    {
        var failing = new FailingFile(_folder.File("a.wav"));
        var segment = new SegmentWriter(Plan(1), failing);
        for (var ms = 0; ms < 3_000; ms += 20)
        {
            failing.IsFull = ms is >= 1_200 and < 2_200;
            segment.Write(0, At(ms), Constant(1), Rate, ms == 0);
            if (ms % 500 == 0) segment.Flush(At(ms));
        }

        var sound = Closed(segment, 3_000, out var facts);

        var gap = Assert.Single(facts.Gaps);
        Assert.Equal(RecordingGapReason.Storage, gap.Reason);
        Assert.Equal((800, 1_000), (gap.At.TotalMilliseconds, gap.Duration.TotalMilliseconds));
        Assert.Equal(16_000, sound[0].Count(sample => sample == 1));
        Assert.Equal("full", segment.Trouble);
    }

    [Theory]
    [InlineData(8_000, 16_000)]
    [InlineData(16_000, 8_000)]
    public void APartyOfAnotherRateIsConvertedAndStaysInPlace(int from, int to)
    {
        var segment = new SegmentWriter(Plan(2, to), WavFile.Create(_folder.File("a.wav"), new WavFormat(2, to)));
        for (var frame = 0; frame < 100; frame++)
        {
            segment.Write(0, At(frame * 20), Tone(500, frame, from), from, frame == 0);
            segment.Write(1, At(frame * 20), Tone(500, frame, to), to, frame == 0);
        }

        var sound = Closed(segment, 2_000, out _, to);

        var difference = new short[to];
        for (var i = 0; i < to; i++) difference[i] = (short)(sound[0][(to / 2) + i] - sound[1][(to / 2) + i]);
        Assert.InRange(ToneMeter.LevelAt(sound[0].AsSpan(to / 2, to), 500, to).Dbfs, -12.5, -11.5);

        // A twentieth of the tone is left when both differ by a twentieth of a radian: 0.016 ms at 500 Hz.
        Assert.True(ToneMeter.Rms(difference).Dbfs < -32, $"{ToneMeter.Rms(difference).Dbfs} dBFS");
    }

    [Fact]
    public void WhatComesTooLateOrFromTheFutureIsCounted()
    {
        var segment = Segment(1);
        segment.Write(0, At(0), Constant(1), Rate, true);
        segment.Flush(At(5_000));
        segment.Write(0, At(100), Constant(1), Rate, false);

        Closed(segment, 5_000, out _);

        Assert.Equal(160, segment.SamplesDropped);
    }

    private static Instant At(double milliseconds) => Begin + TimeSpan.FromMilliseconds(milliseconds);

    private static RecordingGap Gap(int atMs, int durationMs, RecordingGapReason reason) =>
        new(TimeSpan.FromMilliseconds(atMs), TimeSpan.FromMilliseconds(durationMs), reason);

    private static short[] Constant(short value) => [.. Enumerable.Repeat(value, 160)];

    private static short[] Tone(double hz, int frame, int rate = Rate)
    {
        var samples = new short[rate / 50];
        for (var i = 0; i < samples.Length; i++)
        {
            var turn = 2 * Math.PI * hz * ((frame * samples.Length) + i) / rate;
            samples[i] = (short)Math.Round(32_768 * 0.2512 * Math.Sin(turn));
        }

        return samples;
    }

    private static SegmentPlan Plan(int channels, int rate = Rate) => new(
        RecordingFolder.Name(), DateTimeOffset.UnixEpoch, Begin, rate,
        [.. Enumerable.Range(1, channels).Select(leg => new LegId(leg))], [.. Enumerable.Range(0, channels)]);

    private SegmentWriter Segment(int channels) =>
        new(Plan(channels), WavFile.Create(_folder.File("a.wav"), new WavFormat(channels, Rate)));

    private static short[][] Closed(SegmentWriter segment, int endMs, out RecordingFacts facts, int rate = Rate)
    {
        if (segment.End is null) segment.EndAt(At(endMs));
        (var file, var frames, facts) = segment.Close();
        using (file) file.Finish(frames);
        var bytes = File.ReadAllBytes(file.Path);
        Assert.True(WavFormat.TryRead(bytes, out var format, out var dataBytes));
        Assert.Equal((rate, bytes.Length - format.HeaderBytes), (format.SampleRateHz, dataBytes));
        var channels = Enumerable.Range(0, format.Channels).Select(_ => new short[frames]).ToArray();
        for (var i = 0; i < frames * format.Channels; i++)
        {
            var sample = BitConverter.ToInt16(bytes, format.HeaderBytes + (2 * i));
            channels[i % format.Channels][i / format.Channels] = sample;
        }

        return channels;
    }

    /// <summary>A disk that is full for a while.</summary>
    private sealed class FailingFile(string path) : ISegmentFile
    {
        private readonly WavFile _file = WavFile.Create(path, new WavFormat(1, Rate));

        public bool IsFull { get; set; }

        public string Path => path;

        public bool CanGoBack => true;

        public void Write(long frame, ReadOnlySpan<short> interleaved)
        {
            if (IsFull) throw new IOException("full");
            _file.Write(frame, interleaved);
        }

        public void Read(long frame, Span<short> interleaved) => _file.Read(frame, interleaved);

        public void Commit(long frames) => _file.Commit(frames);

        public void Finish(long frames) => _file.Finish(frames);

        public void Dispose() => _file.Dispose();
    }
}
