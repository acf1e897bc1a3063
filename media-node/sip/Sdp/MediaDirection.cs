namespace OrleansAcd.Sip.Sdp;

/// <summary>Which way media flows, seen from the side that describes it (RFC 8866 section 6.7). A set of two
/// bits.</summary>
[Flags]
public enum MediaDirection
{
    Inactive = 0,
    SendOnly = 1,
    RecvOnly = 2,
    SendRecv = 3,
}

/// <summary>Names of directions and the view from the other side.</summary>
public static class MediaDirections
{
    public static string Name(this MediaDirection direction) => direction switch
    {
        MediaDirection.SendRecv => "sendrecv",
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.RecvOnly => "recvonly",
        _ => "inactive",
    };

    /// <summary>The same flow seen from the other side: RFC 3264 section 6.1, sendonly is answered recvonly.</summary>
    public static MediaDirection Reversed(this MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => MediaDirection.RecvOnly,
        MediaDirection.RecvOnly => MediaDirection.SendOnly,
        _ => direction,
    };

    public static bool TryParse(string name, out MediaDirection direction)
    {
        direction = name switch
        {
            "sendonly" => MediaDirection.SendOnly,
            "recvonly" => MediaDirection.RecvOnly,
            "inactive" => MediaDirection.Inactive,
            _ => MediaDirection.SendRecv,
        };
        return direction is not MediaDirection.SendRecv || name is "sendrecv";
    }
}
