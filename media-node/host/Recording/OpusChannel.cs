using OrleansAcd.Audio;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>One party's stream in a file of Opus. What is silent for long is not encoded at all: its packets are the
/// empty ones of discontinuous transmission (RFC 6716 section 2.1.9), which decode to silence.</summary>
internal sealed class OpusChannel(int sampleRateHz) : IDisposable
{
    /// <summary>The steps of G.711 that are nearest to zero: -72 dBFS.</summary>
    private const int SilenceMax = 8;

    /// <summary>Silent frames of 20 ms that are encoded, so that a decoder goes on with silence.</summary>
    private const int SilentFramesEncoded = 25;

    private readonly OpusEncoder _encoder = new(OpusSettings.Kept(sampleRateHz));
    private readonly short[] _samples = new short[sampleRateHz / 50];
    private readonly byte[] _coded = new byte[AudioEncoder.PayloadBytesMax];
    private int _silentFrames;

    /// <summary>The channel's packet of an interleaved frame; empty: silence.</summary>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<short> interleaved, int channel, int channels)
    {
        var isSilent = true;
        for (var i = 0; i < _samples.Length; i++)
        {
            var sample = _samples[i] = interleaved[(i * channels) + channel];
            isSilent &= sample is >= -SilenceMax and <= SilenceMax;
        }

        _silentFrames = isSilent ? Math.Min(_silentFrames + 1, SilentFramesEncoded + 1) : 0;
        return _silentFrames > SilentFramesEncoded ? [] : _coded.AsSpan(0, _encoder.Encode(_samples, _coded));
    }

    public void Dispose() => _encoder.Dispose();
}
