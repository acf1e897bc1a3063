using System.Text;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Transfer;

/// <summary>A status line as a body, <c>message/sipfrag</c> (RFC 3420): how a referral goes (RFC 3515
/// §2.4.5).</summary>
public static class SipFrag
{
    public const string ContentType = "message/sipfrag;version=2.0";

    /// <summary>Bytes that are looked at; only the first line counts.</summary>
    public const int BytesMax = 1_024;

    private const string Version = "SIP/2.0 ";

    public static byte[] Write(int statusCode) =>
        Encoding.ASCII.GetBytes($"{Version}{statusCode} {SipReasonPhrases.Of(statusCode)}\r\n");

    /// <summary>The code of the status line that a body begins with. False for any other body.</summary>
    public static bool TryReadStatus(ReadOnlySpan<byte> body, out int statusCode)
    {
        statusCode = 0;
        if (body.Length < Version.Length + 3 || body.Length > BytesMax) return false;
        if (!Ascii.EqualsIgnoreCase(body[..Version.Length], Version)) return false;

        foreach (var digit in body.Slice(Version.Length, 3))
        {
            if (!char.IsAsciiDigit((char)digit)) return false;
            statusCode = (statusCode * 10) + (digit - '0');
        }

        var rest = body[(Version.Length + 3)..];
        return statusCode is >= 100 and <= 699 && (rest.IsEmpty || rest[0] is (byte)' ' or (byte)'\r' or (byte)'\n');
    }
}
