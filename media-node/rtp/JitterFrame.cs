namespace OrleansAcd.Rtp;

/// <summary>What is due.</summary>
public enum JitterVerdict
{
    /// <summary>Nothing: before the first packet, in silence between talk-spurts, or the peer has stopped.</summary>
    Empty,

    /// <summary>A payload.</summary>
    Payload,

    /// <summary>Audio that should be here and is not: conceal it.</summary>
    Lost,
}

/// <summary>What <see cref="JitterBuffer.Take"/> hands out.</summary>
public readonly ref struct JitterFrame
{
    public JitterVerdict Verdict { get; init; }

    /// <summary>How much time it stands for, in RTP ticks; 0 for comfort noise, which only says how silence
    /// sounds.</summary>
    public int Ticks { get; init; }

    public byte PayloadType { get; init; }

    /// <summary>It continues what was handed out before; false at the start of a talk-spurt and where audio was left
    /// out to catch up.</summary>
    public bool Follows { get; init; }

    /// <summary>The payload; valid until the next Put.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }
}

/// <summary>What a jitter buffer has seen.</summary>
/// <param name="Received">Audio packets put in.</param>
/// <param name="Lost">Sequence numbers that playout passed by and that never came.</param>
/// <param name="Late">Packets that came after their time.</param>
/// <param name="Duplicates">Packets that had been here already.</param>
/// <param name="Discarded">Packets without room, too large, or far out of sequence.</param>
/// <param name="Expanded">Frames inserted to make the buffer deeper.</param>
/// <param name="Skipped">Packets left out to make it shallower.</param>
/// <param name="Concealed">Frames handed out as lost, inserted ones not counted.</param>
/// <param name="Resyncs">Times the source started anew: sequence or timestamps jumped.</param>
public readonly record struct JitterCounters(
    long Received,
    long Lost,
    long Late,
    long Duplicates,
    long Discarded,
    long Expanded,
    long Skipped,
    long Concealed,
    long Resyncs);
