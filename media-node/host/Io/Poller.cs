namespace OrleansAcd.MediaNode.Io;

/// <summary>One socket that is ready, by its slot in the loop's table.</summary>
internal readonly record struct ReadySlot(int Slot, uint Generation, bool IsReadable, bool IsWritable);

/// <summary>Waits for sockets and wake-ups. All but <see cref="Wake"/> on the loop's thread.</summary>
public abstract class Poller : IDisposable
{
    /// <summary>Sockets reported in one wait at most; the rest comes with the next.</summary>
    internal const int ReadyMax = 256;

    internal abstract void Add(NetSocket socket, uint generation, bool wantsWrite);

    internal abstract void SetWriteInterest(NetSocket socket, uint generation, bool wantsWrite);

    internal abstract void Remove(NetSocket socket);

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
