namespace OrleansAcd.Sip.Sdp;

/// <summary>Why bytes are not a session description that can be used (RFC 8866 section 5).</summary>
public enum SdpError
{
    None,
    TooLarge,

    /// <summary>The first line is not v=0.</summary>
    NotSdp,
    BadOrigin,
    BadConnection,
    BadMediaLine,
    TooManyMediaSections,
    TooManyAttributes,
    TooManyFormats,
    TooManyBandwidths,
}
