namespace OrleansAcd.Audio;

/// <summary>Makes linear audio of one stream's payloads. Keeps what the codec has to remember.</summary>
/// <remarks>16-bit linear PCM, mono, host byte order. Allocates nothing after its making; one thread at a
/// time.</remarks>
public abstract class AudioDecoder : IDisposable
{
    /// <summary>A payload is at most so many samples long: 120 ms of 16 kHz (RFC 6716 section 3.1).</summary>
    public const int PayloadSamplesMax = 1_920;

    public abstract int SampleRateHz { get; }

    /// <summary>Decodes a payload.</summary>
    /// <returns>Samples written; 0 when the payload is none of this codec, or there is no room.</returns>
    public abstract int Decode(ReadOnlySpan<byte> payload, Span<short> pcm);

    /// <summary>Fills all of <paramref name="pcm"/> for a payload that was lost.</summary>
    public abstract void Conceal(Span<short> pcm);

    /// <summary>Forgets what it has heard: another source begins.</summary>
    public abstract void Reset();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
