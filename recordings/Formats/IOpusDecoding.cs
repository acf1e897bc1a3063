namespace OrleansAcd.Recordings.Formats;

/// <summary>Where decoders of Opus come from: whoever has the codec gives it.</summary>
public interface IOpusDecoding
{
    /// <summary>A decoder for one party's voice, or null where the machine has no codec.</summary>
    IOpusVoice? NewVoice();
}

/// <summary>One party's voice: packets in, linear audio of <see cref="SampleRateHz"/> out. One thread at a
/// time.</summary>
public interface IOpusVoice : IDisposable
{
    public const int SampleRateHz = 16_000;

    /// <summary>120 ms, the most that a packet holds (RFC 6716 section 3.1).</summary>
    public const int PacketSamplesMax = 1_920;

    /// <returns>Samples written; 0 when it is no packet of Opus.</returns>
    int Decode(ReadOnlySpan<byte> packet, Span<short> pcm);
}
