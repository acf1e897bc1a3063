namespace OrleansAcd.Rtp;

/// <summary>Why bytes are not an RTP packet.</summary>
public enum RtpParseError
{
    None,
    TooShort,
    BadVersion,
    TruncatedCsrcList,
    TruncatedExtension,
    BadPadding,
}
