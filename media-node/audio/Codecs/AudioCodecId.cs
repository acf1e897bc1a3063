namespace OrleansAcd.Audio;

/// <summary>The codecs of live audio.</summary>
public enum AudioCodecId : byte
{
    /// <summary>G.711 mu-law.</summary>
    Pcmu,

    /// <summary>G.711 A-law.</summary>
    Pcma,

    /// <summary>64 kbit/s, 16 kHz audio; its RTP clock says 8 kHz (RFC 3551 section 4.5.2).</summary>
    G722,

    /// <summary>16-bit linear, big-endian, 8 or 16 kHz mono (RFC 3551 section 4.5.11).</summary>
    L16,

    /// <summary>RFC 6716, RTP clock 48 kHz (RFC 7587); needs libopus.</summary>
    Opus,
}
