using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>From the ring to the channels: in which order packets and orders are handled.</summary>
public sealed class RecorderFeedTests : IDisposable
{
    private const int Frames = 200;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Instant Begin = Instant.FromMilliseconds(60_000);
    private readonly RecordingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Channels are handled one after the other, but never so far apart that the second one is too late for
    /// the file.</summary>
    [Fact]
    public void WhatWaitedForSecondsIsWholeInEveryChannel()
    {
        using var recorder = new Recorder(
            new RecorderOptions(new RecordingSpool(_folder.Path, new DirectoryStore(_folder.Path))));
        var feed = new RecorderFeed(4 * 1024 * 1024, () => { });
        using var listener = new Listener();
        var call = new RecordedCall(recorder, listener);
        feed.TryOrder(() => Open(feed, call));
        for (var frame = 0; frame < Frames; frame++) Put(feed, frame);
        feed.TryOrder(() => call.End(Begin + (Frames * Frame)));

        Assert.True(feed.Drain());

        Assert.True(listener.IsTold.Wait(Patience), "no segment");
        Assert.Equal((0L, 0L), (recorder.Counters.SamplesDropped, recorder.Counters.PacketsLost));
        Assert.Equal(Frames * Frame, listener.Facts!.Duration);
        Assert.Empty(listener.Facts.Gaps);
    }

    private static void Open(RecorderFeed feed, RecordedCall call)
    {
        for (var channel = 1; channel <= 2; channel++) feed.Open(channel, new RecordedChannel(call, channel));
        var name = new RecordingName(RecordingFolder.Day, new CallId("stalled"), 1, 1, RecordingName.Wav);
        call.Begin(new SegmentPlan(
            name, DateTimeOffset.UnixEpoch, Begin, 8_000, [new LegId(1), new LegId(2)], [1, 2]));
    }

    private static void Put(RecorderFeed feed, int frame)
    {
        Span<byte> payload = stackalloc byte[G711.FrameSamples];
        payload.Fill(0x21);
        for (var channel = 1; channel <= 2; channel++)
        {
            var arrived = Begin + ((frame + 1) * Frame);
            var timestamp = (uint)(frame * G711.FrameSamples);
            feed.TryPut(
                new TappedPacket(channel, arrived.Ticks, 1, timestamp, 0, payload.Length, AudioCodecId.Pcmu), payload);
        }
    }

    private sealed class Listener : IRecordingListener, IDisposable
    {
        public ManualResetEventSlim IsTold { get; } = new();

        public RecordingFacts? Facts { get; private set; }

        public void OnSegment(RecordingFacts facts)
        {
            Facts = facts;
            IsTold.Set();
        }

        public void OnFailed(string reason) => Assert.Fail(reason);

        public void Dispose() => IsTold.Dispose();
    }
}
