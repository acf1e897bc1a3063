namespace OrleansAcd.Audio;

/// <summary>Opus (RFC 6716) for speech: mono, 16 kHz, 24 kbit/s, through libopus.</summary>
/// <remarks>In-band redundancy and discontinuous transmission are off unless asked for (RFC 7587 section 6.1:
/// useinbandfec and usedtx default to 0). Allocates nothing after its making; one thread at a time.</remarks>
public sealed unsafe class OpusEncoder : AudioEncoder
{
    /// <summary>RFC 7587 section 3.1.1 gives 16 to 20 kbit/s as the sweet spot of wideband speech; a little
    /// more.</summary>
    private const int BitsPerSecond = 24_000;

    /// <summary>Of 10: speech gains little above it, and cost doubles.</summary>
    private const int Complexity = 5;

    private readonly OpusEncoderHandle _state;

    public OpusEncoder(bool useInbandFec = false, bool useDtx = false)
    {
        if (!OpusLibrary.IsPresent) throw new PlatformNotSupportedException("libopus is not here");

        _state = new OpusEncoderHandle(SampleRateHz, 1);
        if (_state.IsInvalid) throw new InvalidOperationException("libopus gives no encoder");

        Control(OpusLibrary.SetMaxBandwidth, OpusLibrary.Wideband);
        Control(OpusLibrary.SetBitrate, BitsPerSecond);
        Control(OpusLibrary.SetComplexity, Complexity);
        Control(OpusLibrary.SetSignal, OpusLibrary.Voice);
        Control(OpusLibrary.SetInbandFec, useInbandFec ? 1 : 0);
        Control(OpusLibrary.SetDtx, useDtx ? 1 : 0);
    }

    public override int SampleRateHz => 16_000;

    public override int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        if (pcm.IsEmpty || payload.IsEmpty) return 0;

        fixed (short* samples = pcm)
        fixed (byte* bytes = payload)
        {
            return Math.Max(0, OpusLibrary.Encode(_state, samples, pcm.Length, bytes, payload.Length));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _state.Dispose();
        base.Dispose(disposing);
    }

    private void Control(int request, int value) => OpusLibrary.ControlEncoder(_state, request, value);
}
