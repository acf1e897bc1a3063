using System.Collections.Concurrent;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Tests.Unit.Recordings;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>What becomes of a segment whose last sample is written.</summary>
public sealed class SegmentFinisherTests : IDisposable, IRecordingListener
{
    private const int Rate = 8_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly RecordingFolder _folder = new();
    private readonly DirectoryStore _store;
    private readonly RecordingSpool _spool;
    private readonly ConcurrentQueue<RecordingFacts> _finished = [];
    private readonly ConcurrentQueue<string> _failed = [];

    public SegmentFinisherTests()
    {
        _store = new DirectoryStore(_folder.Path);
        _spool = new RecordingSpool(_folder.Path, _store);
    }

    private static RecordingName Wav => RecordingFolder.Name();

    private static RecordingName Opus => Wav with { Extension = RecordingName.Opus };

    public void Dispose() => _folder.Dispose();

    void IRecordingListener.OnSegment(RecordingFacts facts) => _finished.Enqueue(facts);

    void IRecordingListener.OnFailed(string reason) => _failed.Enqueue(reason);

    [SkippableFact]
    public void OpusTakesThePlaceOfWhatWasWrittenOnceItIsWhole()
    {
        Skip.IfNot(OpusCopy.CanBeMade(2), "libopus is not here");
        Finish(frames: 2 * Rate, isOpus: true);

        var facts = Assert.Single(_finished);
        Assert.Equal((Opus.ToString(), TimeSpan.FromSeconds(2)), (facts.Name, facts.Duration));
        Assert.Equal(facts.Bytes, new FileInfo(_store.PathOf(Opus)).Length);
        Assert.InRange(facts.Bytes, 1, 2 * Rate * 4 / 4);
        Assert.False(File.Exists(_store.PathOf(Wav)));
        Assert.Empty(Directory.EnumerateFiles(_spool.Folder));
    }

    [SkippableFact]
    public void WhereOpusCannotBeWrittenWhatWasWrittenIsKeptAndCounted()
    {
        Skip.IfNot(OpusCopy.CanBeMade(2), "libopus is not here");
        File.WriteAllBytes(_spool.PathOf(Opus), []);

        var counted = Finish(frames: 2 * Rate, isOpus: true);

        Assert.Equal(1, counted);
        Assert.Equal(Wav.ToString(), Assert.Single(_finished).Name);
        Assert.Equal(44 + (2 * Rate * 4), new FileInfo(_store.PathOf(Wav)).Length);
        Assert.Empty(_failed);
    }

    /// <summary>A full disk, say: the file waits where it is complete, and is stored once that is possible.</summary>
    [Fact]
    public async Task WhatTheStoreRefusesIsOfferedAgainUntilItTakesIt()
    {
        var day = Path.GetDirectoryName(_store.PathOf(Wav))!;
        await File.WriteAllTextAsync(day, "in the way");
        using var finisher = new SegmentFinisher(_spool, TimeSpan.FromMilliseconds(5));
        Add(finisher, 2 * Rate, isOpus: false);
        await Eventually.Is(() => finisher.Counters is { Unstored: 1, Failures: > 3 }, "it is offered again and again");
        Assert.Equal((0L, 0L), (finisher.Counters.Pending, finisher.Counters.Segments));

        File.Delete(day);
        await Eventually.Is(() => finisher.Counters.Unstored == 0 && !_finished.IsEmpty, "it is stored and told");

        Assert.Equal(Wav.ToString(), Assert.Single(_finished).Name);
        Assert.Equal(1, finisher.Counters.Segments);
        Assert.Empty(_failed);
        Assert.True(File.Exists(_store.PathOf(Wav)));
    }

    /// <summary>At the end of the process it is offered once more, and else waits for the next start.</summary>
    [Fact]
    public async Task WhatTheStoreNeverTakesIsThereAtTheNextStart()
    {
        var day = Path.GetDirectoryName(_store.PathOf(Wav))!;
        await File.WriteAllTextAsync(day, "in the way");
        Finish(2 * Rate, isOpus: false);
        File.Delete(day);

        var recovered = await new RecordingSpool(_folder.Path, _store).Recover(CancellationToken.None);

        Assert.Equal(TimeSpan.FromSeconds(2), Assert.Single(recovered).Duration);
        Assert.Empty(_finished);
    }

    [Fact]
    public void ASegmentWithoutSoundLeavesNothing()
    {
        Finish(frames: 0, isOpus: true);

        Assert.Empty(_finished);
        Assert.Empty(_failed);
        Assert.Empty(Directory.EnumerateFiles(_spool.Folder));
    }

    /// <summary>Of what a process left in the middle of making Opus the sound that was written is kept, once.</summary>
    [Fact]
    public async Task ACrashWhileOpusIsMadeKeepsWhatWasWritten()
    {
        using (var wav = Begun(frames: Rate)) wav.Commit(Rate);
        await File.WriteAllBytesAsync(_spool.PathOf(Opus), new byte[100]);

        var recovered = await new RecordingSpool(_folder.Path, _store).Recover(CancellationToken.None);

        var facts = Assert.Single(recovered);
        Assert.Equal((Wav.ToString(), true), (facts.Name, facts.Recovered));
        Assert.Equal([_spool.PathOf(Wav) + ".untold"], Directory.EnumerateFiles(_spool.Folder));
    }

    /// <summary>A crash between the end of the copy and its way into the store.</summary>
    [SkippableFact]
    public async Task ACrashBehindTheCopyKeepsTheCopy()
    {
        Skip.IfNot(OpusCopy.CanBeMade(2), "libopus is not here");
        using (var wav = Begun(frames: Rate))
        {
            OpusCopy.Make(wav, new WavFormat(2, Rate), Rate, _spool.PathOf(Opus), CancellationToken.None);
            _spool.Replace(Wav, RecordingFolder.Facts(Opus));
        }

        var recovered = await new RecordingSpool(_folder.Path, _store).Recover(CancellationToken.None);

        var facts = Assert.Single(recovered);
        Assert.Equal((Opus.ToString(), TimeSpan.FromSeconds(1)), (facts.Name, facts.Duration));
        Assert.Equal([_spool.PathOf(Opus) + ".untold"], Directory.EnumerateFiles(_spool.Folder));
    }

    /// <returns>How many stayed as they were written.</returns>
    private long Finish(int frames, bool isOpus)
    {
        var finisher = new SegmentFinisher(_spool, Patience);
        Add(finisher, frames, isOpus);
        finisher.Dispose();
        return finisher.Counters.NotInOpus;
    }

    private void Add(SegmentFinisher finisher, int frames, bool isOpus)
    {
        var facts = RecordingFolder.Facts(Wav) with { Duration = TimeSpan.FromSeconds(frames / (double)Rate) };
        var plan = new SegmentPlan(
            Wav, facts.StartedAt, Instant.Zero, Rate, [new LegId(1), new LegId(2)], [1, 2]) { IsKeptAsOpus = isOpus };
        Assert.True(finisher.TryAdd(new FinishedSegment(Begun(frames), frames, facts, plan, this)));
    }

    private WavFile Begun(int frames)
    {
        _spool.Begin(RecordingFolder.Facts(Wav));
        var wav = WavFile.Create(_spool.PathOf(Wav), new WavFormat(2, Rate));
        var samples = new short[2 * frames];
        for (var i = 0; i < samples.Length; i++) samples[i] = (short)(4_000 * Math.Sin(i * 0.2));
        wav.Write(0, samples);
        return wav;
    }
}
