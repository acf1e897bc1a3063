using Microsoft.Extensions.Logging.Abstractions;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Streams;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>Pieces of recordings that a crash has cut off: the start is not held up, Opus is made where it is wanted,
/// and calls are told of the file that is kept.</summary>
public sealed class RescuedSegmentsTests : IDisposable
{
    private const int Rate = 8_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly RecordingFolder _folder = new();
    private readonly DirectoryStore _store;
    private readonly LocalStreamBus _bus = new();

    public RescuedSegmentsTests() => _store = new DirectoryStore(_folder.Path);

    private static RecordingName Wav => RecordingFolder.Name();

    private static RecordingName Opus => Wav with { Extension = RecordingName.Opus };

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task OfACutPieceOpusIsMadeAndTheCallIsToldOfThatFile()
    {
        Skip.IfNot(OpusCopy.CanBeMade(2), "libopus is not here");
        Cut(isKeptAsOpus: true);
        var spool = await Restart();
        Assert.Equal(1, spool.UnmadeCount);

        var told = await Rescue(spool);

        Assert.Equal((Opus.ToString(), true, TimeSpan.FromSeconds(1)), (told.Name, told.Recovered, told.Duration));
        Assert.Equal(await HashOf(_store.PathOf(Opus)), told.Sha256);
        var facts = await _store.Find(Opus, Never);
        Assert.Equal((told.Sha256, told.Bytes, false), (facts!.Sha256, facts.Bytes, facts.IsKeptAsOpus));
        Assert.False(File.Exists(_store.PathOf(Wav)));
        Assert.Empty(Directory.EnumerateFiles(spool.Folder));
    }

    /// <summary>Card data was left out on purpose, and the record says so also where the process died.</summary>
    [Theory]
    [InlineData(false, 0.5)]
    [InlineData(true, 0.25)]
    public async Task APauseIsKnownAfterACrash(bool isOver, double seconds)
    {
        var spool = new RecordingSpool(_folder.Path, _store);
        using (var recorder = new Recorder(new RecorderOptions(spool)))
        {
            var call = new RecordedCall(recorder, new Deaf());
            call.Begin(new SegmentPlan(
                Wav, RecordingFolder.Facts(Wav).StartedAt, Instant.Zero, Rate, [new(1), new(2)], [1, 2]));
            call.Pause(Instant.Zero + TimeSpan.FromSeconds(0.5));
            if (isOver) call.Resume(Instant.Zero + TimeSpan.FromSeconds(0.75));
            call.Flush(Instant.Zero + TimeSpan.FromSeconds(1) + SegmentWriter.HoldBack);
        }

        var recovered = Assert.Single(await new RecordingSpool(_folder.Path, _store).Recover(Never));

        Assert.Equal(
            new RecordingGap(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(seconds), RecordingGapReason.Pause),
            Assert.Single(recovered.Gaps));
        Assert.Equal(TimeSpan.FromSeconds(1), recovered.Duration);
    }

    [Fact]
    public async Task WithoutRoomForASecondFileWhatWasWrittenIsKept()
    {
        Cut(isKeptAsOpus: true);
        var spool = await Restart();
        Directory.CreateDirectory(spool.PathOf(Opus));

        var told = await Rescue(spool);

        Assert.Equal((Wav.ToString(), true), (told.Name, told.Recovered));
        Assert.Equal(await HashOf(_store.PathOf(Wav)), told.Sha256);
    }

    [Fact]
    public async Task WhatIsKeptAsWavIsInTheStoreBeforeTheStartGoesOn()
    {
        Cut(isKeptAsOpus: false);
        var spool = await Restart();

        Assert.True(File.Exists(_store.PathOf(Wav)));
        Assert.Equal((0, Wav.ToString()), (spool.UnmadeCount, (await Rescue(spool)).Name));
    }

    /// <summary>Killed again before Opus was made, or in the middle of it.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ASecondCrashLosesNothing(bool isInTheMaking)
    {
        Skip.IfNot(OpusCopy.CanBeMade(2), "libopus is not here");
        Cut(isKeptAsOpus: true);
        var killed = await Restart();
        if (isInTheMaking) await File.WriteAllBytesAsync(killed.PathOf(Opus), new byte[100]);

        var told = await Rescue(await Restart());

        Assert.Equal((Opus.ToString(), true, TimeSpan.FromSeconds(1)), (told.Name, told.Recovered, told.Duration));
        Assert.Empty(Directory.EnumerateFiles(killed.Folder));
    }

    [Fact]
    public async Task AProcessThatEndsMeanwhileLeavesThePieceForTheNextStart()
    {
        Cut(isKeptAsOpus: true);
        var spool = await Restart();
        using var ended = new CancellationTokenSource();
        await ended.CancelAsync();
        using (var rescue = new RescuedSegments(spool, _bus, NullLogger<RescuedSegments>.Instance))
        {
            await rescue.StartAsync(ended.Token);
            await rescue.StopAsync(Never);
        }

        Assert.True(File.Exists(spool.PathOf(Wav)));
        Assert.Equal(1, (await Restart()).UnmadeCount);
    }

    /// <summary>A second of sound whose header says nothing of it yet.</summary>
    private void Cut(bool isKeptAsOpus)
    {
        var spool = new RecordingSpool(_folder.Path, _store);
        spool.Begin(RecordingFolder.Facts(Wav) with { IsKeptAsOpus = isKeptAsOpus });
        using var wav = WavFile.Create(spool.PathOf(Wav), new WavFormat(2, Rate));
        var samples = new short[2 * Rate];
        for (var i = 0; i < samples.Length; i++) samples[i] = (short)(4_000 * Math.Sin(i * 0.2));
        wav.Write(0, samples);
    }

    private async Task<RecordingSpool> Restart()
    {
        var spool = new RecordingSpool(_folder.Path, _store);
        await spool.Recover(Never);
        return spool;
    }

    private async Task<RecordingSegment> Rescue(RecordingSpool spool)
    {
        var told = new TaskCompletionSource<RecordingSegment>();
        await using var calls = _bus.Subscribe<MediaEvent>(MediaStreams.Events, (e, _) =>
        {
            told.TrySetResult((RecordingSegment)e);
            return ValueTask.CompletedTask;
        });
        using var rescue = new RescuedSegments(spool, _bus, NullLogger<RescuedSegments>.Instance);
        await rescue.StartAsync(Never);
        var segment = await told.Task.WaitAsync(Patience);
        await rescue.ExecuteTask!.WaitAsync(Patience);
        return segment;
    }

    private sealed class Deaf : IRecordingListener
    {
        public void OnSegment(RecordingFacts facts)
        {
        }

        public void OnFailed(string reason) => Assert.Fail(reason);
    }

    private static async Task<string> HashOf(string path) => Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path)));
}
