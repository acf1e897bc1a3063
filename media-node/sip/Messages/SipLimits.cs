namespace OrleansAcd.Sip.Messages;

/// <summary>The named maximum of everything that a peer can make large. Beyond it a message is refused, and
/// counted.</summary>
public static class SipLimits
{
    public const int MessageBytesMax = 64 * 1024;
    public const int HeaderLinesMax = 256;
    public const int HeaderLineBytesMax = 8 * 1024;
    public const int FoldsMax = 64;
    public const int ViasMax = 70;
    public const int ContactsMax = 64;
    public const int RoutesMax = 32;
    public const int UriCharsMax = 2 * 1024;
    public const int MethodCharsMax = 64;
    public const int CallIdCharsMax = 512;

    /// <summary>RFC 3261 §18.1.1: a request within 200 bytes of an unknown path MTU, here 1300, must not use
    /// UDP.</summary>
    public const int UdpRequestBytesMax = 1300;
}
