using System.Text;
using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sdp;

/// <summary>Descriptions for tests, as short texts.</summary>
internal static class SdpText
{
    public const string Head = "v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    public static SdpError Try(string text, out SessionDescription session)
        => SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out session);

    public static SessionDescription Parse(string text)
    {
        Assert.Equal(SdpError.None, Try(text, out var session));
        return session;
    }

    public static SessionDescription Audio(string formats, params string[] attributes)
        => Parse(Head + $"m=audio 4000 RTP/AVP {formats}\r\n" + string.Concat(attributes.Select(a => $"a={a}\r\n")));
}
