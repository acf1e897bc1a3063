using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Recording;

namespace OrleansAcd.MediaNode.Node;

/// <summary>What the recorder tells, on its way to a worker's loop: kept here until the loop takes it, so that neither
/// waits for the other.</summary>
/// <remarks>The loop is called when there is news; where it is too flooded to hear that, it looks here by itself with
/// its housekeeping. <see cref="Tell"/> is for any thread, the rest for the loop's.</remarks>
internal sealed class RecordingNews(EventLoop loop, NodeCounters counters, int waitingMax = RecordingNews.WaitingMax)
{
    /// <summary>All that a recorder can have to tell at once: each file that waits, and as many failures.</summary>
    public const int WaitingMax = 2 * SegmentFinisher.PendingMax;

    /// <summary>Told in one turn, so that packets are never kept waiting.</summary>
    private const int PerTurnMax = 64;

    private readonly BoundedMpscQueue<Action> _waiting = new(waitingMax);
    private long _count;
    private long _lost;
    private int _isCalled;

    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>News that found no room: the loop has not listened for very long.</summary>
    public long Lost => Volatile.Read(ref _lost);

    public void Tell(Action act)
    {
        Interlocked.Increment(ref _count);
        if (_waiting.TryEnqueue(act))
        {
            CallLoop();
            return;
        }

        Interlocked.Decrement(ref _count);
        Interlocked.Increment(ref _lost);
    }

    /// <summary>Takes what is there.</summary>
    public void Take()
    {
        Interlocked.Exchange(ref _isCalled, 0);
        for (var i = 0; i < PerTurnMax; i++)
        {
            if (!TryTakeOne()) return;
        }

        CallLoop();
    }

    /// <summary>Takes all, once the loop has stopped.</summary>
    public void TakeAll()
    {
        while (TryTakeOne())
        {
            // Each is told as it is taken.
        }
    }

    private bool TryTakeOne()
    {
        if (!_waiting.TryDequeue(out var act)) return false;

        try
        {
            act!();
        }
        catch (Exception)
        {
            // One call's broken news must not keep back the others'.
            counters.Faults++;
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }

        return true;
    }

    private void CallLoop()
    {
        if (Interlocked.Exchange(ref _isCalled, 1) == 0 && !loop.Post(Take)) Volatile.Write(ref _isCalled, 0);
    }
}
