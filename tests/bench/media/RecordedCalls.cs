using System.Globalization;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.Bench;

/// <summary>Records every call of a relay as a node does: taps, recorder, files in a folder that is deleted
/// afterwards.</summary>
internal sealed class RecordedCalls : IRecordingListener, IDisposable
{
    /// <summary>The recorder's threads: as they name themselves.</summary>
    private static readonly string[] s_threads = ["recorder", "recordings"];

    private static readonly TimeSpan s_finishMax = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("acd-bench-");
    private readonly List<CallRecording> _recordings = [];
    private readonly RecordingPlace _place;
    private readonly DateTimeOffset _begun = TimeProvider.System.GetUtcNow();

    private readonly RecordingFormat _format;

    public RecordedCalls(RecordingFormat format)
    {
        _format = format;
        var spool = new RecordingSpool(_folder.FullName, new DirectoryStore(_folder.FullName));
        var recorder = new Recorder(new RecorderOptions(spool));
        _place = new RecordingPlace(recorder, recorder.AddFeed(), TimeProvider.System);
    }

    /// <summary>Of the threads that write and finish files.</summary>
    public static long CpuNanoseconds => Directory.EnumerateDirectories("/proc/self/task").Sum(CpuOf);

    /// <summary>Anything that is not in the files, in packets, samples or files.</summary>
    public long Lost
    {
        get
        {
            var counters = _place.Recorder.Counters;
            var missing = _recordings.Count - counters.Segments;
            return counters.PacketsLost + counters.SamplesDropped + counters.OrdersRefused + counters.Faults + missing;
        }
    }

    /// <summary>On the loop.</summary>
    public void Begin(EventLoop loop, AudioConversation conversation)
    {
        var number = _recordings.Count.ToString(CultureInfo.InvariantCulture);
        var parties = conversation.Parties.Select((party, i) => new RecordableParty(new LegId(i + 1), party));
        var recording = new CallRecording(
            _place, loop, new CallId("bench" + number), 1, _format, () => [.. parties], this,
            Console.Error.WriteLine);
        if (!recording.TryBegin()) throw new IOException("the recorder has too much to do");
        _recordings.Add(recording);
    }

    /// <summary>Waits until the recorder has done what it was told so far.</summary>
    public void Settle()
    {
        using var done = new ManualResetEventSlim();
        _place.Feed.TryOrder(done.Set);
        done.Wait();
    }

    /// <summary>Ends all recordings, on the loop.</summary>
    public void Stop() => _recordings.ForEach(recording => recording.Stop());

    /// <summary>Waits until all files are hashed and stored.</summary>
    /// <returns>What the threads worked for that, for each second that was recorded, in seconds.</returns>
    public double Finish(Action stop)
    {
        var (before, recorded) = (CpuNanoseconds, TimeProvider.System.GetUtcNow() - _begun);
        stop();
        if (!SpinWait.SpinUntil(() => _place.Recorder.IsIdle, s_finishMax)) throw new TimeoutException("not all is stored");
        return (CpuNanoseconds - before) / recorded.TotalNanoseconds;
    }

    public void OnSegment(RecordingFacts facts)
    {
    }

    public void OnFailed(string reason) => Console.Error.WriteLine(reason);

    public void Dispose()
    {
        _place.Recorder.Dispose();
        _folder.Delete(recursive: true);
    }

    private static long CpuOf(string thread)
    {
        try
        {
            var name = File.ReadAllText(Path.Combine(thread, "comm")).Trim();
            if (!s_threads.Contains(name)) return 0;

            // "time spent on the cpu", nanoseconds (sched-stats, /proc/<pid>/schedstat).
            return long.Parse(
                File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return 0;
        }
    }
}
