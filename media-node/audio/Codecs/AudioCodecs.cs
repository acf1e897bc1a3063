namespace OrleansAcd.Audio;

/// <summary>What there is to know of each codec, and where its coders come from.</summary>
public static class AudioCodecs
{
    /// <summary>Ticks of a millisecond of Opus (RFC 7587 section 4.1: the clock is 48 kHz whatever is coded).</summary>
    private const int OpusTicksPerMs = 48;
    private const int OpusMsMax = 120;

    /// <summary>Whether this machine can speak it.</summary>
    public static bool IsAvailable(AudioCodecId codec) => codec switch
    {
        AudioCodecId.Opus => OpusLibrary.IsPresent,
        _ => codec <= AudioCodecId.Opus,
    };

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

    /// <summary>How long a payload is, in ticks of its RTP clock; 0 when it is none of this codec.</summary>
    public static int PayloadTicks(AudioCodecId codec, ReadOnlySpan<byte> payload) => codec switch
    {
        AudioCodecId.L16 => payload.Length % 2 == 0 ? payload.Length / 2 : 0,
        AudioCodecId.Opus => OpusTicks(payload),
        _ => payload.Length,
    };

    public static AudioDecoder NewDecoder(AudioCodecId codec) => codec switch
    {
        AudioCodecId.Pcmu => new G711Decoder(G711Codec.Pcmu),
        AudioCodecId.Pcma => new G711Decoder(G711Codec.Pcma),
        AudioCodecId.G722 => new G722Decoder(),
        AudioCodecId.L16 => new L16Decoder(),
        AudioCodecId.Opus => new OpusDecoder(),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "cannot be decoded here"),
    };

    public static AudioEncoder NewEncoder(AudioCodecId codec) => codec switch
    {
        AudioCodecId.Pcmu => new G711Encoder(G711Codec.Pcmu),
        AudioCodecId.Pcma => new G711Encoder(G711Codec.Pcma),
        AudioCodecId.G722 => new G722Encoder(),
        AudioCodecId.L16 => new L16Encoder(),
        AudioCodecId.Opus => new OpusEncoder(),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, "cannot be encoded here"),
    };

    /// <summary>RFC 6716 section 3.1: the first octet tells the frames' length and count.</summary>
    private static int OpusTicks(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return 0;

        var config = payload[0] >> 3;
        var frameTicks = config switch
        {
            < 12 => (config & 3) switch { 0 => 10, 1 => 20, 2 => 40, _ => 60 } * OpusTicksPerMs,
            < 16 => (config & 1) == 0 ? 10 * OpusTicksPerMs : 20 * OpusTicksPerMs,
            _ => OpusTicksPerMs * 5 / 2 << (config & 3),
        };
        var frames = (payload[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => payload.Length > 1 ? payload[1] & 0x3F : 0,
        };
        var ticks = frameTicks * frames;
        return ticks <= OpusMsMax * OpusTicksPerMs ? ticks : 0;
    }
}
