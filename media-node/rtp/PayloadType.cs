namespace OrleansAcd.Rtp;

/// <summary>Payload types with a fixed meaning (RFC 3551 §6) and the range that has none.</summary>
public static class PayloadType
{
    public const byte Pcmu = 0;
    public const byte Pcma = 8;

    /// <summary>RFC 3389; 8 kHz.</summary>
    public const byte ComfortNoise = 13;

    public const byte Max = 127;
}
