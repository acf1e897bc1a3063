namespace OrleansAcd.MediaNode.Io;

/// <summary>What became of a non-blocking call on a socket. None of these is an exception.</summary>
public enum IoStatus
{
    Done,

    /// <summary>Nothing to read, or no room to write.</summary>
    WouldBlock,

    /// <summary>Nobody listens there: the other host said so.</summary>
    Refused,

    /// <summary>The other side has closed the connection.</summary>
    Closed,

    /// <summary>Anything else the system says: no route, no permission, no buffers.</summary>
    Failed,
}
