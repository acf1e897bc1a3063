using System.Diagnostics;

namespace OrleansAcd.Audio;

/// <summary>A prompt, ready to be sent: 8 kHz mono, already encoded in both laws, so playing is copying 160
/// bytes; linear for other codecs.</summary>
/// <remarks>Immutable; shared by all calls and threads. Costs two bytes a sample, and four more where the recording has
/// more than 8 kHz to give to wideband phones. Places and lengths are samples of 8 kHz.</remarks>
public sealed class AudioClip
{
    private readonly byte[] _mu;
    private readonly byte[] _a;

    /// <summary>16 kHz linear, twice as many samples; null where the recording is narrowband.</summary>
    private readonly short[]? _wide;

    private AudioClip(string name, byte[] mu, byte[] a, short[]? wide = null)
    {
        Name = name;
        _mu = mu;
        _a = a;
        _wide = wide;
    }

    public string Name { get; }

    public int LengthSamples => _mu.Length;

    public TimeSpan Duration => TimeSpan.FromSeconds((double)LengthSamples / G711.SampleRateHz);

    /// <param name="name">What logs and events call it.</param>
    /// <param name="linear">16-bit linear PCM, mono, 8 kHz, host order.</param>
    public static AudioClip FromSamples(string name, ReadOnlySpan<short> linear) => FromSamples(name, linear, null);

    /// <summary>Reads a WAV file's bytes, converts them once to 8 kHz mono and encodes them.</summary>
    /// <returns><see cref="WavReadResult.None"/>, or <see cref="WavReadResult.Truncated"/> with what was there, or why
    /// not.</returns>
    public static WavReadResult TryLoadWav(string name, ReadOnlySpan<byte> file, out AudioClip? clip)
    {
        clip = null;
        var result = WavReader.TryRead(file, out var audio);
        if (audio is null) return result;

        var narrow = Linear(audio, G711.SampleRateHz);
        clip = FromSamples(name, narrow, audio.SampleRateHz > G711.SampleRateHz ? Wide(audio, narrow.Length) : null);
        return result;
    }

    public ReadOnlySpan<byte> Encoded(G711Codec codec) => codec == G711Codec.Pcmu ? _mu : _a;

    /// <summary>Copies up to a frame from <paramref name="position"/>; what the clip lacks is filled with
    /// silence.</summary>
    /// <returns>Samples taken from the clip; fewer than the frame means it ended inside.</returns>
    public int CopyFrame(G711Codec codec, int position, Span<byte> frame)
    {
        Debug.Assert(position >= 0, "a clip has no samples before its start");
        var encoded = Encoded(codec);
        var count = Math.Clamp(encoded.Length - position, 0, frame.Length);
        encoded.Slice(Math.Min(position, encoded.Length), count).CopyTo(frame);
        frame[count..].Fill(G711.Silence(codec));
        return count;
    }

    /// <summary>The same as linear samples of 8 or 16 kHz.</summary>
    /// <returns>Samples taken from the clip, counted at 8 kHz.</returns>
    public int CopyLinear(int position, int sampleRateHz, Span<short> frame)
    {
        var times = sampleRateHz / G711.SampleRateHz;
        var count = Math.Clamp(LengthSamples - position, 0, frame.Length / times);
        var filled = frame[..(count * times)];
        if (times == 1) G711.Decode(G711Codec.Pcmu, _mu.AsSpan(Math.Min(position, _mu.Length), count), filled);
        else if (_wide is not null) _wide.AsSpan(position * times, filled.Length).CopyTo(filled);
        else WideFrames.FromNarrow(_mu, position, filled);

        frame[filled.Length..].Clear();
        return count;
    }

    private static AudioClip FromSamples(string name, ReadOnlySpan<short> linear, short[]? wide)
    {
        var mu = new byte[linear.Length];
        var a = new byte[linear.Length];
        G711.Encode(G711Codec.Pcmu, linear, mu);
        G711.Encode(G711Codec.Pcma, linear, a);
        return new AudioClip(name, mu, a, wide);
    }

    private static short[] Linear(WavAudio audio, int sampleRateHz) =>
        Pcm.ToLinear(Resampler.Convert(audio.Mono, audio.SampleRateHz, sampleRateHz));

    private static short[] Wide(WavAudio audio, int narrowLength)
    {
        var wide = Linear(audio, 2 * G711.SampleRateHz);
        Array.Resize(ref wide, 2 * narrowLength);
        return wide;
    }
}
