namespace OrleansAcd.MediaNode.Io;

/// <summary>One socket that is ready, by its slot in the loop's table.</summary>
internal readonly record struct ReadySlot(int Slot, uint Generation, bool IsReadable, bool IsWritable);

/// <summary>Waits for sockets, the tick and wake-ups. All but <see cref="Wake"/> on the loop's thread.</summary>
public abstract class Poller : IDisposable
{
    /// <summary>Sockets reported in one wait at most; the rest comes with the next.</summary>
    internal const int ReadyMax = 256;

    /// <summary>Periods of the tick that passed until the last wait returned.</summary>
    internal int TicksElapsed { get; private protected set; }

    internal abstract void Add(NetSocket socket, uint generation, bool wantsWrite);

    internal abstract void SetWriteInterest(NetSocket socket, uint generation, bool wantsWrite);

    internal abstract void Remove(NetSocket socket);

    /// <summary>Starts or stops the periodic tick.</summary>
    internal abstract void SetTick(TimeSpan? period);

    /// <summary>Waits for something to be ready; null waits without end.</summary>
    internal abstract ReadOnlySpan<ReadySlot> Wait(TimeSpan? timeout);

    /// <summary>Ends a wait, from any thread.</summary>
    internal abstract void Wake();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
