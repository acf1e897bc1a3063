using OrleansAcd.Audio;
using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>One party of a recorded call, at the recorder: its packets become samples at their time.</summary>
internal sealed class RecordedChannel(RecordedCall call, int channel) : IDisposable
{
    /// <summary>The recorder's thread has one for all channels.</summary>
    [ThreadStatic]
    private static short[]? t_pcm;

    private SourceClock _clock;
    private AudioDecoder? _decoder;
    private AudioCodecId _codec;

    /// <summary>Payloads that their codec could not read.</summary>
    public long Undecodable { get; private set; }

    public void Handle(in TappedPacket packet, ReadOnlySpan<byte> payload)
    {
        var pcm = t_pcm ??= new short[AudioDecoder.PayloadSamplesMax];
        var samples = Decode(packet.Codec, payload, pcm);
        if (samples <= 0)
        {
            Undecodable++;
            return;
        }

        var rateHz = AudioCodecs.SampleRateHz(packet.Codec);
        var duration = new TimeSpan(samples * TimeSpan.TicksPerSecond / rateHz);
        var clockHz = AudioCodecs.ClockHz(packet.Codec);
        var spoken = _clock.Place(
            packet.Ssrc, packet.Timestamp, clockHz, duration, packet.ArrivedAt, out var isNew);
        if (packet.LostBefore > 0) call.Missed(channel, spoken);
        call.Write(channel, spoken, pcm.AsSpan(0, samples), rateHz, isNew, packet.ArrivedAt);
    }

    public void Dispose() => _decoder?.Dispose();

    /// <summary>Nothing is concealed here: G.711 needs no decoder that remembers.</summary>
    private int Decode(AudioCodecId codec, ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (codec is not (AudioCodecId.Pcmu or AudioCodecId.Pcma)) return DecoderFor(codec).Decode(payload, pcm);
        if (payload.Length > pcm.Length) return 0;

        G711.Decode(codec == AudioCodecId.Pcmu ? G711Codec.Pcmu : G711Codec.Pcma, payload, pcm);
        return payload.Length;
    }

    private AudioDecoder DecoderFor(AudioCodecId codec)
    {
        if (_decoder is not null && _codec == codec) return _decoder;

        _decoder?.Dispose();
        _codec = codec;
        return _decoder = AudioCodecs.NewDecoder(codec);
    }
}
