namespace OrleansAcd.Streams;

/// <summary>The counters of a bus while they count.</summary>
internal sealed class StreamTally
{
    private long _published;
    private long _unheard;
    private long _refused;
    private long _delivered;
    private long _retried;
    private long _givenUp;
    private long _abandoned;
    private long _pending;

    public void Published() => Interlocked.Increment(ref _published);

    public void Unheard() => Interlocked.Increment(ref _unheard);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Queued() => Interlocked.Increment(ref _pending);

    public void Retried() => Interlocked.Increment(ref _retried);

    /// <summary>A message left its subscription.</summary>
    public void Left(MessageEnd end)
    {
        Interlocked.Decrement(ref _pending);
        if (end == MessageEnd.Delivered) Interlocked.Increment(ref _delivered);
        if (end == MessageEnd.GivenUp) Interlocked.Increment(ref _givenUp);
        if (end == MessageEnd.Abandoned) Interlocked.Increment(ref _abandoned);
    }

    /// <summary>Messages left unhandled because their subscription ended.</summary>
    public void Abandoned(int count)
    {
        Interlocked.Add(ref _pending, -count);
        Interlocked.Add(ref _abandoned, count);
    }

    public StreamCounters Read() => new(
        Interlocked.Read(ref _published),
        Interlocked.Read(ref _unheard),
        Interlocked.Read(ref _refused),
        Interlocked.Read(ref _delivered),
        Interlocked.Read(ref _retried),
        Interlocked.Read(ref _givenUp),
        Interlocked.Read(ref _abandoned),
        Interlocked.Read(ref _pending));
}
