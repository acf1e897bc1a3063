namespace OrleansAcd.Sip.Sdp;

/// <summary>The named maxima of a session description; a description beyond one is refused whole.</summary>
public static class SdpLimits
{
    public const int DescriptionBytes = 64 * 1024;
    public const int MediaSections = 32;

    /// <summary>Of the session, and of each media section.</summary>
    public const int Attributes = 128;

    /// <summary>Of each media section.</summary>
    public const int Formats = 64;

    /// <summary>b= lines of the session, and of each media section.</summary>
    public const int Bandwidths = 16;
}
