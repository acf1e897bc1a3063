namespace OrleansAcd.Audio;

/// <summary>Opus (RFC 6716) through libopus: any payload, stereo too, becomes mono at 16 kHz.</summary>
/// <remarks>What is lost the library conceals itself. Allocates nothing after its making; one thread at a
/// time.</remarks>
public sealed unsafe class OpusDecoder : AudioDecoder
{
    /// <summary>The library conceals in steps of 2.5 ms.</summary>
    private const int StepSamples = 40;

    private readonly OpusDecoderHandle _state;

    public OpusDecoder()
    {
        if (!OpusLibrary.IsPresent) throw new PlatformNotSupportedException("libopus is not here");

        _state = new OpusDecoderHandle(SampleRateHz);
        if (_state.IsInvalid) throw new InvalidOperationException("libopus gives no decoder");
    }

    public override int SampleRateHz => 16_000;

    public override int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.IsEmpty || pcm.IsEmpty) return 0;

        fixed (byte* bytes = payload)
        fixed (short* samples = pcm)
        {
            return Math.Max(0, OpusLibrary.Decode(_state, bytes, payload.Length, samples, pcm.Length, 0));
        }
    }

    public override void Conceal(Span<short> pcm)
    {
        var done = 0;
        while (pcm.Length - done >= StepSamples)
        {
            var made = ConcealPiece(pcm[done..]);
            if (made <= 0) break;

            done += made;
        }

        pcm[done..].Clear();
    }

    public override void Reset() => OpusLibrary.ControlDecoder(_state, OpusLibrary.ResetState);

    protected override void Dispose(bool disposing)
    {
        if (disposing) _state.Dispose();
        base.Dispose(disposing);
    }

    private int ConcealPiece(Span<short> pcm)
    {
        var length = Math.Min(PayloadSamplesMax, pcm.Length) / StepSamples * StepSamples;
        fixed (short* samples = pcm)
        {
            return OpusLibrary.Decode(_state, null, 0, samples, length, 0);
        }
    }
}
