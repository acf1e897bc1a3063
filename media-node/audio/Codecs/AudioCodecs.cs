namespace OrleansAcd.Audio;

/// <summary>What there is to know of each codec, and where its coders come from.</summary>
public static class AudioCodecs
{
    /// <summary>Whether this machine can speak it.</summary>
    public static bool IsAvailable(AudioCodecId codec) => codec is AudioCodecId.Pcmu or AudioCodecId.Pcma;

    /// <summary>The rate of its linear audio: 8 or 16 kHz. Opus is decoded to, and encoded from, 16 kHz
    /// (wideband).</summary>
    public static int SampleRateHz(AudioCodecId codec) =>
        codec is AudioCodecId.Pcmu or AudioCodecId.Pcma ? 8_000 : 16_000;

    /// <summary>The rate of its RTP timestamps.</summary>
    public static int ClockHz(AudioCodecId codec) => codec switch
    {
        AudioCodecId.L16 => 16_000,
        AudioCodecId.Opus => 48_000,
        _ => 8_000,
    };

    public static AudioDecoder NewDecoder(AudioCodecId codec) => codec switch
    {
        AudioCodecId.Pcmu => new G711Decoder(G711Codec.Pcmu),
        AudioCodecId.Pcma => new G711Decoder(G711Codec.Pcma),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "cannot be decoded here"),
    };

    public static AudioEncoder NewEncoder(AudioCodecId codec) => codec switch
    {
        AudioCodecId.Pcmu => new G711Encoder(G711Codec.Pcmu),
        AudioCodecId.Pcma => new G711Encoder(G711Codec.Pcma),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "cannot be encoded here"),
    };
}
