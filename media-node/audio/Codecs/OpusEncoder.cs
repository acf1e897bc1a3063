namespace OrleansAcd.Audio;

/// <summary>Opus (RFC 6716) for speech: mono, through libopus.</summary>
/// <remarks>Allocates nothing after its making; one thread at a time.</remarks>
public sealed unsafe class OpusEncoder : AudioEncoder
{
    private readonly OpusEncoderHandle _state;

    /// <param name="settings">Null: as for calls.</param>
    public OpusEncoder(OpusSettings? settings = null)
    {
        if (!OpusLibrary.IsPresent) throw new PlatformNotSupportedException("libopus is not here");

        settings ??= OpusSettings.Call;
        SampleRateHz = settings.SampleRateHz;
        _state = new OpusEncoderHandle(SampleRateHz, 1);
        if (_state.IsInvalid) throw new InvalidOperationException("libopus gives no encoder");

        Control(
            OpusLibrary.SetMaxBandwidth, SampleRateHz == 8_000 ? OpusLibrary.Narrowband : OpusLibrary.Wideband);
        Control(OpusLibrary.SetBitrate, settings.BitsPerSecond);
        Control(OpusLibrary.SetComplexity, settings.Complexity);
        Control(OpusLibrary.SetSignal, OpusLibrary.Voice);
        Control(OpusLibrary.SetInbandFec, settings.UseInbandFec ? 1 : 0);
        Control(OpusLibrary.SetDtx, settings.UseDtx ? 1 : 0);
    }

    public override int SampleRateHz { get; }

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
