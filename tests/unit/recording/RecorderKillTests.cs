using System.Diagnostics;
using System.Runtime.CompilerServices;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;
using OrleansAcd.Tests.Unit.Recordings;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recording;

/// <summary>kill -9 in the middle of a recording: at most the last second is lost.</summary>
public sealed class RecorderKillTests
{
    private const string ChildVariable = "ACD_TEST_RECORDER_CHILD";
    private const byte Loud = 0x01;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task AKillLosesAtMostASecond()
    {
        using var folder = new RecordingFolder();
        var spoken = Frame * RunChildAndKillIt(folder.Path, frames: 150);
        var store = new DirectoryStore(folder.Path);

        var recovered = await new RecordingSpool(folder.Path, store).Recover(CancellationToken.None);

        var facts = Assert.Single(recovered);
        Assert.True(facts.Recovered);
        Assert.Equal([1, 2], facts.Channels.AsEnumerable());
        Assert.True(facts.Duration >= spoken - TimeSpan.FromSeconds(1), $"{facts.Duration} of {spoken}");
        Assert.True(RecordingName.TryParse(facts.Name, out var name));
        Assert.Equal(facts.Bytes, new FileInfo(store.PathOf(name)).Length);
        AssertLoud(await File.ReadAllBytesAsync(store.PathOf(name)));
    }

    /// <summary>Both channels, from the first quarter of a second to the last.</summary>
    private static void AssertLoud(byte[] file)
    {
        for (var at = 44 + 8_000; at + 1 < file.Length - 8_000; at += 2)
        {
            Assert.NotEqual(0, BitConverter.ToInt16(file, at));
        }
    }

    /// <summary>The child is this assembly's own program: its variable makes it record until it is killed.</summary>
    /// <returns>Frames that it says it has heard.</returns>
    private static int RunChildAndKillIt(string folder, int frames)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(RecorderKillTests).Assembly.Location);
        start.Environment[ChildVariable] = folder;
        using var child = Process.Start(start)!;
        var heard = 0;
        while (heard < frames && child.StandardOutput.ReadLine() is not null) heard++;
        child.Kill();
        heard += child.StandardOutput.ReadToEnd().Split('\n').Length - 1;
        child.WaitForExit();
        Assert.True(heard >= frames, $"the child heard only {heard} frames");
        return heard;
    }

#pragma warning disable CA2255 // The test assembly is an application here.
    [ModuleInitializer]
    internal static void RecordUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) is not { Length: > 0 } folder) return;

        // A foreground thread keeps the program alive; within the initializer itself other threads would wait for it.
        new Thread(() => Record(folder)).Start();
    }
#pragma warning restore CA2255

    private static void Record(string folder)
    {
        using var recorder = new Recorder(
            new RecorderOptions(new RecordingSpool(folder, new DirectoryStore(folder))));
        var feed = recorder.AddFeed();
        var call = new RecordedCall(recorder, new Nobody());
        var begin = MonotonicClock.Now;
        feed.TryOrder(() =>
        {
            recorder.Begin(call);
            for (var channel = 1; channel <= 2; channel++) feed.Open(channel, new RecordedChannel(call, channel));
            call.Begin(new SegmentPlan(
                RecordingFolder.Name("killed"), DateTimeOffset.UnixEpoch, begin, 8_000, [new LegId(1), new LegId(2)], [1, 2]));
        });
        Span<byte> payload = stackalloc byte[160];
        payload.Fill(Loud);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        for (var frame = 0; ; frame++)
        {
            var due = begin + (Frame * (frame + 1));
            SpinWait.SpinUntil(() => MonotonicClock.Now >= due);
            for (var channel = 1; channel <= 2; channel++)
            {
                feed.TryPut(
                    new TappedPacket(
                        channel, MonotonicClock.Now.Ticks, 1, (uint)(frame * 160), 0, 160, AudioCodecId.Pcmu),
                    payload);
            }

            output.WriteLine(frame);
        }
    }

    private sealed class Nobody : IRecordingListener
    {
        public void OnSegment(RecordingFacts facts)
        {
        }

        public void OnFailed(string reason)
        {
        }
    }
}
