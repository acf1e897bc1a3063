namespace OrleansAcd.Sip.Sdp;

/// <summary>Why bytes are not a session description that can be used (RFC 8866 section 5).</summary>
public enum SdpError
{
    None,
    TooLarge,

    /// <summary>The first line is not v=0.</summary>
    NotSdp,

    /// <summary>A CR or NUL inside a line: section 9 allows neither in any value.</summary>
    BadCharacter,
    BadOrigin,
    BadConnection,
    BadMediaLine,
    TooManyMediaSections,
    TooManyAttributes,
    TooManyFormats,
    TooManyBandwidths,
}
