using System.Globalization;
using System.Net;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Bench;

/// <summary>What the SIP core costs: one thread, memory only, no sockets.</summary>
internal static class SipBench
{
    private const int MessageRounds = 200_000;
    private const int CallRounds = 60_000;

    private static readonly byte[] Sdp = Encoding.ASCII.GetBytes(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8 101\r\n"
        + "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n");

    public static BenchReport Run(TextWriter output)
    {
        List<SipFigure> figures = [.. Messages(), Call()];
        output.WriteLine("sip: the core alone, one thread, no sockets");
        foreach (var figure in figures) output.WriteLine(figure.ToLine());
        return new BenchReport(figures, true);
    }

    private static IEnumerable<SipFigure> Messages()
    {
        var invite = Encoding.ASCII.GetBytes(InviteText());
        var message = (SipRequest)Parse(invite);
        var options = Encoding.ASCII.GetBytes(InviteText().Replace("INVITE", "OPTIONS", StringComparison.Ordinal));
        var stack = new SipStack(new SipStackOptions { Host = "192.0.2.2" }, new SeededIdSource(1));
        var flow = new SipFlow(SipTransport.Udp, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5060));
        yield return Measure("parse INVITE", MessageRounds, () => Parse(invite));
        yield return Measure("write INVITE", MessageRounds, () => SipWriter.ToArray(message));
        yield return Measure("OPTIONS, received and answered", MessageRounds, () =>
        {
            stack.HandleMessage(options, flow, Instant.Zero);
            while (stack.TryPoll(out _)) continue;
        });
    }

    /// <summary>INVITE, 100, 180, 200, ACK, BYE, 200 between two stacks; the calls overlap, so that tens of thousands
    /// of
    /// transactions live at once and run out their timers.</summary>
    private static SipFigure Call()
    {
        var a = new SipStack(new SipStackOptions { Host = "192.0.2.1" }, new SeededIdSource(1));
        var b = new SipStack(new SipStackOptions { Host = "192.0.2.2" }, new SeededIdSource(2));
        var now = Instant.Zero;
        return Measure("complete call, both ends", CallRounds, () =>
        {
            now += TimeSpan.FromMilliseconds(2);
            a.Invite(new SipInviteOptions { Target = SipUri.Parse("sip:bob@192.0.2.2"), Body = Sdp }, now);
            Exchange(a, b, now);
            a.HandleTimeout(now);
            b.HandleTimeout(now);
        });
    }

    private static void Exchange(SipStack a, SipStack b, Instant now)
    {
        for (var busy = true; busy;) busy = Move(a, b, "192.0.2.1", now) | Move(b, a, "192.0.2.2", now);
    }

    private static bool Move(SipStack from, SipStack to, string address, Instant now)
    {
        var busy = false;
        var flow = new SipFlow(SipTransport.Udp, new IPEndPoint(IPAddress.Parse(address), 5060));
        while (from.TryPoll(out var output))
        {
            busy = true;
            if (output.IsSend) to.HandleMessage(output.Bytes.Span, flow, now);
            else React(output.Event!, now);
        }

        return busy;
    }

    private static void React(SipEvent happened, Instant now)
    {
        switch (happened)
        {
            case SipEvent.IncomingCall incoming:
                incoming.Call.ProvisionalResponse(180, now);
                incoming.Call.Accept(now, Sdp);
                break;
            case SipEvent.AckReceived ack:
                ack.Call.Hangup(now);
                break;
            default: break;
        }
    }

    private static SipFigure Measure(string name, int rounds, Action act)
    {
        for (var i = 0; i < rounds / 4; i++) act();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < rounds; i++) act();
        var micros = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / rounds;
        bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / rounds;
        return new SipFigure(name, micros, bytes);
    }

    private static SipMessage Parse(byte[] bytes) => SipParser.TryParse(bytes.AsSpan(), out var message, out var error)
        ? message! : throw new FormatException(error.ToString());

    private static string InviteText() =>
        "INVITE sip:+15550100@192.0.2.2:5060 SIP/2.0\r\n"
        + "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport\r\n"
        + "Max-Forwards: 70\r\n"
        + "From: \"Alice\" <sip:alice@192.0.2.1>;tag=1928301774\r\nTo: <sip:+15550100@192.0.2.2>\r\n"
        + "Call-ID: a84b4c76e66710@192.0.2.1\r\nCSeq: 314159 INVITE\r\nContact: <sip:alice@192.0.2.1:5060>\r\n"
        + "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO\r\nSupported: 100rel, timer\r\n"
        + "User-Agent: phone/1.0\r\nContent-Type: application/sdp\r\n"
        + $"Content-Length: {Sdp.Length}\r\n\r\n{Encoding.ASCII.GetString(Sdp)}";
}

/// <summary>What one thing costs: CPU time, garbage collection included, and bytes allocated.</summary>
internal sealed record SipFigure(string Name, double CpuMicroseconds, long AllocatedBytes)
{
    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture, $"  {Name,-32} {CpuMicroseconds,7:F2} us CPU  {AllocatedBytes,6} bytes allocated");
}
