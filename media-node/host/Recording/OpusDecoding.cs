using OrleansAcd.Audio;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>libopus for whoever reads recordings back.</summary>
public sealed class OpusDecoding : IOpusDecoding
{
    public IOpusVoice? NewVoice() =>
        AudioCodecs.IsAvailable(AudioCodecId.Opus) ? new Voice(AudioCodecs.NewDecoder(AudioCodecId.Opus)) : null;

    private sealed class Voice(AudioDecoder decoder) : IOpusVoice
    {
        public int Decode(ReadOnlySpan<byte> packet, Span<short> pcm) => decoder.Decode(packet, pcm);

        public void Dispose() => decoder.Dispose();
    }
}
