using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Softphone;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;
using Record = OrleansAcd.Contracts.Media.Record;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A node records calls of real softphones.</summary>
public sealed class RecordingTests : IDisposable
{
    private static readonly LegId Agent = new(2);
    private static readonly LegId Expert = new(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly RecordingFolder _folder = new();
    private readonly DirectoryStore _store;
    private readonly RecordingSpool _spool;

    public RecordingTests()
    {
        _store = new DirectoryStore(_folder.Path);
        _spool = new RecordingSpool(_folder.Path, _store);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheCallerIsOnTheFirstChannelAndTheAgentOnTheSecond()
    {
        await using var rig = await Start();
        var (call, _, caller) = await rig.Talk(Agent);
        await Record(rig, call);
        await rig.Speech(1.5);
        caller.HangUp();
        await rig.Next<LegEnded>();
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));

        // The call is over, and still its event comes, with the call's next number.
        var ended = await rig.Next<LegEnded>();
        var segment = await rig.Next<RecordingSegment>();

        Assert.Equal((call, 1, 1, 1), (segment.Call, segment.Epoch, segment.Recording, segment.Segment));
        Assert.True(segment.Sequence > ended.Sequence);
        Assert.Equal([LegId.Caller, Agent], segment.Channels.AsEnumerable());
        Assert.Empty(segment.Gaps);
        var sound = await Sound(segment);
        Assert.InRange(segment.Duration.TotalSeconds, 1.4, 10);
        AssertTone(sound[0], NodeRig.CallerHz, NodeRig.AgentHz);
        AssertTone(sound[1], NodeRig.AgentHz, NodeRig.CallerHz);
    }

    [Fact]
    public async Task WhilePausedNothingIsStoredAndTheGapIsTold()
    {
        await using var rig = await Start();
        var (call, _, _) = await rig.Talk(Agent);
        await Record(rig, call);
        await rig.Speech(0.6);
        await rig.Command(n => new PauseRecord(call, 1, n, 1, true));
        await rig.Obeyed();
        await rig.Speech(0.6);
        await rig.Command(n => new PauseRecord(call, 1, n, 1, false));
        await rig.Speech(0.6);
        await rig.Command(n => new StopRecord(call, 1, n, 1));

        var segment = await rig.Next<RecordingSegment>();

        var gap = Assert.Single(segment.Gaps);
        Assert.Equal(RecordingGapReason.Pause, gap.Reason);
        Assert.InRange(gap.Duration.TotalSeconds, 0.5, 5);
        foreach (var channel in await Sound(segment))
        {
            // What had been spoken before the pause may come a moment into it.
            var (from, to) = (Frames(gap.At) + 480, Frames(gap.At + gap.Duration));
            Assert.All(channel[from..to], sample => Assert.Equal(0, sample));
            Assert.Contains(channel[..Frames(gap.At)], sample => sample != 0);
            Assert.Contains(channel[to..], sample => sample != 0);
        }
    }

    [Fact]
    public async Task WhoComesBeginsTheNextSegmentAndWhoGoesEndsIt()
    {
        await using var rig = await Start("alice", "bob");
        var (call, _, caller) = await rig.Talk(Agent);
        await Record(rig, call);
        var bob = await rig.Register("bob", new PhoneBehaviour { Voice = NodeRig.AgentVoice });
        await rig.Speech(0.5);

        await rig.Dial(call, Expert, bob);
        var first = await rig.Next<RecordingSegment>();
        await rig.Command(n => new Hear(
            call, 1, n, [new Hearing(LegId.Caller, Expert), new Hearing(Expert, LegId.Caller)]));
        await rig.Speech(0.5, caller);
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));
        var second = await rig.Next<RecordingSegment>();
        await rig.Speech(0.5, caller);
        await rig.Command(n => new StopRecord(call, 1, n, 1));
        var third = await rig.Next<RecordingSegment>();

        Assert.Equal([LegId.Caller, Agent], first.Channels.AsEnumerable());
        Assert.Equal([LegId.Caller, Agent, Expert], second.Channels.AsEnumerable());
        Assert.Equal([LegId.Caller, Expert], third.Channels.AsEnumerable());
        Assert.Equal([1, 2, 3], new[] { first.Segment, second.Segment, third.Segment });
        AssertTone((await Sound(third))[1], NodeRig.AgentHz, NodeRig.CallerHz);

        // No moment is missing between them.
        Assert.InRange((second.StartedAt - first.StartedAt - first.Duration).TotalMilliseconds, -1, 1);
        Assert.InRange((third.StartedAt - second.StartedAt - second.Duration).TotalMilliseconds, -1, 1);
    }

    [SkippableFact]
    public async Task OpusIsWhatIsToldAndStored()
    {
        Skip.IfNot(AudioCodecs.IsAvailable(AudioCodecId.Opus), "libopus is not here");
        await using var rig = await Start();
        var (call, _, _) = await rig.Talk(Agent);
        await Record(rig, call, RecordingFormat.Opus);
        await rig.Speech(1);
        await rig.Command(n => new StopRecord(call, 1, n, 1));

        var segment = await rig.Next<RecordingSegment>();

        Assert.EndsWith(".opus", segment.Name, StringComparison.Ordinal);
        Assert.True(RecordingName.TryParse(segment.Name, out var name));
        Assert.Equal(segment.Bytes, new FileInfo(_store.PathOf(name)).Length);
        Assert.Equal([name], (await _store.List(RecordingFilter.All, null, 10, default)).Select(found => found.Name));
    }

    [Fact]
    public async Task AFileThatCannotBeMadeIsToldAndTheCallGoesOn()
    {
        await using var rig = await Start(change: options => options with
        {
            CreateWav = (_, _) => throw new IOException("no space"),
        });
        var (call, agentCall, caller) = await rig.Talk(Agent);
        await Record(rig, call);

        var failed = await rig.Next<RecordingFailed>();

        Assert.Equal((call, 1), (failed.Call, failed.Recording));
        Assert.Contains("no space", failed.Reason, StringComparison.Ordinal);
        await rig.Speech(0.3);
        caller.HangUp();
        await rig.Next<LegEnded>();
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));
        Assert.Equal(0, (await agentCall.Ended.WaitAsync(Patience)).PacketsLost);
    }

    [Fact]
    public async Task ACopyElsewhereThatCannotBeHadIsToldAndTheCallIsRecordedHere()
    {
        await using var rig = await Start();
        var (call, _, _) = await rig.Talk(Agent);
        await rig.Command(n => new Record(call, 1, n, 1, RecordingFormat.Wav, "tel:+4930123456"));

        Assert.Equal(0, (await rig.Next<RecordingFailed>()).Recording);
        await rig.Speech(0.3);
        await rig.Command(n => new StopRecord(call, 1, n, 1));
        Assert.Equal(1, (await rig.Next<RecordingSegment>()).Recording);
    }

    /// <summary>The disk hangs in the middle of a call: the ring fills, nobody's packet is late or lost, and the file
    /// tells the gap.</summary>
    [Fact]
    public async Task ADiskThatHangsCostsAGapAndNoPacketOfTheCall()
    {
        using var gate = new ManualResetEventSlim(true);
        await using var rig = await Start(change: options => options with
        {
            RingBytes = 16 * 1024, CreateWav = (path, format) => new HangingFile(WavFile.Create(path, format), gate),
        });
        var (call, agentCall, caller) = await rig.Talk(Agent);
        await Record(rig, call);
        await rig.Speech(0.7);
        gate.Reset();
        await rig.Reaches("recordingPacketsLost", lost => lost > 20);
        gate.Set();
        await rig.Speech(0.5);
        await rig.Command(n => new StopRecord(call, 1, n, 1));

        var segment = await rig.Next<RecordingSegment>();
        caller.HangUp();
        await rig.Next<LegEnded>();
        await rig.Command(n => new Hangup(call, 1, n, Agent, 200));
        var atAgent = await agentCall.Ended.WaitAsync(Patience);
        var atCaller = await caller.Ended.WaitAsync(Patience);

        Assert.Contains(
            segment.Gaps, gap => gap.Reason == RecordingGapReason.Storage && gap.Duration.TotalSeconds > 0.1);
        Assert.Equal((0L, 0L), (atAgent.PacketsLost, atCaller.PacketsLost));
        var sound = await Sound(segment);
        Assert.NotEqual(0, sound[0][^4_000..^800].Count(sample => sample != 0));
    }

    /// <summary>A call is recorded from now on, or that has failed.</summary>
    private static async Task Record(NodeRig rig, CallId call, RecordingFormat format = RecordingFormat.Wav)
    {
        await rig.Command(n => new Record(call, 1, n, 1, format, null));
        await rig.Obeyed();
    }

    private Task<NodeRig> Start(params string[] agents) => Start(agents, null);

    private Task<NodeRig> Start(Func<RecorderOptions, RecorderOptions> change) => Start(["alice"], change);

    private Task<NodeRig> Start(string[] agents, Func<RecorderOptions, RecorderOptions>? change)
    {
        var options = new RecorderOptions(_spool);
        return NodeRig.Start(
            change: node => node with { Recorder = change?.Invoke(options) ?? options },
            agents: agents.Length == 0 ? ["alice"] : agents);
    }

    private static int Frames(TimeSpan span) => (int)(span.TotalSeconds * 8_000);

    /// <summary>A phone on a busy machine may leave frames out: a quarter of the channel is its tone and nothing else,
    /// and nowhere is the other's tone the louder one.</summary>
    private static void AssertTone(short[] channel, double own, double other)
    {
        // Both tones have whole periods in 50 ms.
        var windows = channel.Chunk(400).Where(window => window.Length == 400).ToList();
        var levels = windows.ConvertAll(
            window => (Own: ToneMeter.LevelAt(window, own).Dbfs, Other: ToneMeter.LevelAt(window, other).Dbfs));
        var clean = levels.Count(level => level.Own > -20 && level.Other < level.Own - 30);
        Assert.True(4 * clean >= levels.Count, $"its own tone in {clean} of {levels.Count} windows");
        Assert.DoesNotContain(levels, level => level.Other > -40 && level.Other > level.Own);
    }

    private async Task<short[][]> Sound(RecordingSegment segment)
    {
        Assert.True(RecordingName.TryParse(segment.Name, out var name));
        Assert.Equal(segment.Sha256, (await _store.Find(name, CancellationToken.None))!.Sha256);
        var bytes = await File.ReadAllBytesAsync(_store.PathOf(name));
        Assert.Equal(segment.Bytes, bytes.Length);
        Assert.True(WavFormat.TryRead(bytes, out var format, out _));
        Assert.Equal(segment.Channels.Length, format.Channels);
        var frames = (bytes.Length - format.HeaderBytes) / format.FrameBytes;
        Assert.Equal(segment.Duration.TotalSeconds, frames / 8_000.0, 0.001);
        var channels = Enumerable.Range(0, format.Channels).Select(_ => new short[frames]).ToArray();
        for (var i = 0; i < frames * format.Channels; i++)
        {
            var sample = BitConverter.ToInt16(bytes, format.HeaderBytes + (2 * i));
            channels[i % format.Channels][i / format.Channels] = sample;
        }

        return channels;
    }

    private sealed class HangingFile(WavFile file, ManualResetEventSlim gate) : ISegmentFile
    {
        public string Path => file.Path;

        public bool CanGoBack => true;

        public void Write(long frame, ReadOnlySpan<short> interleaved)
        {
            gate.Wait();
            file.Write(frame, interleaved);
        }

        public void Read(long frame, Span<short> interleaved) => file.Read(frame, interleaved);

        public void Commit(long frames) => file.Commit(frames);

        public void Finish(long frames) => file.Finish(frames);

        public void Dispose() => file.Dispose();
    }
}
