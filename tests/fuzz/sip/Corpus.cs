using System.Text;

namespace OrleansAcd.Tests.Fuzz.Sip;

/// <summary>Good messages to damage: ours, and the torture messages where the vectors are at hand.</summary>
internal static class Corpus
{
    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n" +
        "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n" +
        "a=sendrecv\r\n";

    public static List<byte[]> Messages()
    {
        List<byte[]> messages =
        [
            Request("INVITE", "1", "", Sdp), Request("INVITE", "2", ";tag=b", Sdp), Request("ACK", "1", ";tag=b", ""),
            Request("CANCEL", "1", "", ""), Request("BYE", "3", ";tag=b", ""), Request("OPTIONS", "1", "", ""),
            Request("REGISTER", "1", "", ""), Request("UPDATE", "4", ";tag=b", Sdp),
                Request("INFO", "5", ";tag=b", "Signal=1\r\n"),
            Request("PRACK", "6", ";tag=b", ""), Request("MESSAGE", "1", "", "hello"),
                Request("REFER", "7", ";tag=b", ""), Request("NOTIFY", "8", ";tag=b", "SIP/2.0 200 OK\r\n"),
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Request("REFER", "9", ";tag=b", "")).Replace(
                "<sip:x@y>", "<sip:x@y?Replaces=call-I%3Bto-tag%3Db%3Bfrom-tag%3Da&Subject=s>\r\nReferred-By: <sip:z@y>",
                StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Request("INVITE", "9", "", Sdp)).Replace(
                "Subject: a", "Replaces: call-I;to-tag=b;from-tag=a;early-only\r\nSubject: a", StringComparison.Ordinal)),
            Response("100 Trying", "INVITE"), Response("180 Ringing", "INVITE"), Response("200 OK", "INVITE"),
            Response("401 Unauthorized", "REGISTER"), Response("487 Request Terminated", "INVITE"),
        ];
        if (VectorFolder() is { } folder) messages.AddRange(
            Read(folder, "sip/rfc4475", "*.dat").Concat(Read(folder, "sip/rfc5118", "*")));
        return messages;
    }

    public static List<byte[]> Descriptions()
    {
        List<byte[]> descriptions = [Encoding.UTF8.GetBytes(Sdp)];
        if (VectorFolder() is { } folder) descriptions.AddRange(Read(folder, "sdp/browser-live", "*.sdp"));
        return descriptions;
    }

    private static IEnumerable<byte[]> Read(string root, string folder, string pattern)
        => Directory.GetFiles(Path.Combine(root, folder), pattern).Order(StringComparer.Ordinal).Select(
            File.ReadAllBytes);

    private static string? VectorFolder()
    {
        var root = Environment.GetEnvironmentVariable("ACD_VECTORS");
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); root is null && at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "OrleansAcd.sln"))) root = Path.Combine(at.FullName, "..",
                "shared", "vectors");
        }

        return Directory.Exists(root) ? root : null;
    }

    private static byte[] Request(string method, string cseq, string toTag, string body) => Encoding.UTF8.GetBytes(
        $"{method} sip:support@192.0.2.1:5060;transport=udp SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5062;" +
        $"branch=z9hG4bK-{cseq};rport\r\n" +
        $"Via: SIP/2.0/TCP p.example.com;branch=z9hG4bKp, SIP/2.0/UDP [2001:db8::9];branch=z9hG4bKq\r\nMax-Forwards: " +
        $"70\r\n" +
        $"From: \"Bob \\\"B\\\"\" <sip:bob@192.0.2.9>;tag=a\r\nTo: <sip:support@192.0.2.1>{toTag}\r\nCall-ID: " +
        $"call-{method[0]}\r\n" +
        $"CSeq: {cseq} {method}\r\nContact: <sip:bob@192.0.2.9:5062;ob>;expires=60;q=0.5\r\nRecord-Route: " +
        $"<sip:p.example.com;lr>\r\n" +
        "Route: <sip:192.0.2.1;lr>\r\nAllow: INVITE, ACK, BYE\r\nSupported: 100rel, timer, path\r\nSession-Expires: " +
        "1800;refresher=uac\r\n" +
        "Authorization: Digest username=\"bob\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", response=\"0\", qop=auth, " +
        "nc=00000001, cnonce=\"c\"\r\n" +
        $"RAck: 1 1 INVITE\r\nRefer-To: <sip:x@y>\r\nSubject: a\r\n folded line\r\nContent-Type: application/sdp\r\n" +
        $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static byte[] Response(string status, string method) => Encoding.UTF8.GetBytes(
        $"SIP/2.0 {status}\r\nv: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-out;received=192.0.2.1;rport=5060\r\n" +
        "f: <sip:support@192.0.2.1>;tag=o\r\nt: <sip:bob@192.0.2.9>;tag=p\r\ni: out-1\r\n" +
        $"CSeq: 1 {method}\r\nm: <sip:bob@192.0.2.9:5062>\r\nRSeq: 1\r\nRequire: 100rel\r\n" +
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256\r\n" +
        $"c: application/sdp\r\nl: {Encoding.UTF8.GetByteCount(Sdp)}\r\n\r\n{Sdp}");
}
