namespace OrleansAcd.Audio;

/// <summary>Makes payloads of linear audio for one stream.</summary>
/// <remarks>16-bit linear PCM, mono, host byte order. Allocates nothing after its making; one thread at a
/// time.</remarks>
public abstract class AudioEncoder : IDisposable
{
    /// <summary>The largest payload: 40 ms of L16 at 16 kHz; Opus stays under 1,276 (RFC 6716 section
    /// 3.4).</summary>
    public const int PayloadBytesMax = 1_280;

    public abstract int SampleRateHz { get; }

    /// <summary>Encodes one frame of 10, 20, 40 or 60 ms.</summary>
    /// <returns>Bytes written; 0 when the frame cannot be encoded or there is no room.</returns>
    public abstract int Encode(ReadOnlySpan<short> pcm, Span<byte> payload);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
