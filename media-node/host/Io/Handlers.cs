using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Who owns a socket in a loop.</summary>
public interface IReadyHandler
{
    /// <summary>Something is there to read; called again while there is.</summary>
    void OnReadable();

    /// <summary>There is room to write; only while asked for.</summary>
    void OnWritable();

    /// <summary>It will be told of something soon: time to fetch what it will need. Changes nothing.</summary>
    /// <param name="turns">How many others come before it: 2, then 1.</param>
    void Prepare(int turns)
    {
    }

    /// <summary>Handling threw; the loop has counted and reported it, the owner ends what the socket belongs
    /// to.</summary>
    void OnFault(Exception error);
}

/// <summary>Who needs the 20 ms tick.</summary>
public interface ITickHandler
{
    /// <param name="frames">Periods since the last call: 1, or more when the loop is late.</param>
    /// <param name="now">The present.</param>
    void OnTick(int frames, Instant now);

    /// <summary>It ticks soon: time to fetch what it will need. Changes nothing.</summary>
    /// <param name="turns">How many others tick before it: 2, then 1.</param>
    void Prepare(int turns)
    {
    }

    /// <summary>Handling threw: the owner ends what it belongs to.</summary>
    void OnFault(Exception error);
}
