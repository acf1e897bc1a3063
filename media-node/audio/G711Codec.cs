namespace OrleansAcd.Audio;

/// <summary>The two laws of ITU-T G.711. The values are the static RTP payload types of RFC 3551 section 6.</summary>
public enum G711Codec : byte
{
    Pcmu = 0,
    Pcma = 8,
}
