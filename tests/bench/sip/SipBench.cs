using System.Net;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Bench;

/// <summary>What the SIP core costs: one thread, memory only, no sockets.</summary>
public static class SipBench
{
    private static readonly byte[] Sdp = Encoding.ASCII.GetBytes(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8 101\r\n"
        + "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n");

    /// <summary>Microseconds and bytes for each parse, each write, and each answered OPTIONS.</summary>
    public static string Messages(int rounds = 200_000)
    {
        var invite = Encoding.ASCII.GetBytes(InviteText());
        var message = (SipRequest)Parse(invite);
        var options = Encoding.ASCII.GetBytes(InviteText().Replace("INVITE", "OPTIONS", StringComparison.Ordinal));
        var stack = new SipStack(new SipStackOptions { Host = "192.0.2.2" }, new SeededIdSource(1));
        var flow = new SipFlow(SipTransport.Udp, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5060));
        return Measure("parse INVITE", rounds, () => Parse(invite))
            + Measure("write INVITE", rounds, () => SipWriter.ToArray(message))
            + Measure("OPTIONS, received and answered", rounds, () =>
            {
                stack.HandleMessage(options, flow, Instant.Zero);
                while (stack.TryPoll(out _)) continue;
            });
    }

    /// <summary>Microseconds for each complete call between two stacks: INVITE, 100, 180, 200, ACK, BYE, 200, with all
    /// timers run out; the calls overlap, so that tens of thousands of transactions live at once.</summary>
    public static string Calls(int calls = 60_000)
    {
        var a = new SipStack(new SipStackOptions { Host = "192.0.2.1" }, new SeededIdSource(1));
        var b = new SipStack(new SipStackOptions { Host = "192.0.2.2" }, new SeededIdSource(2));
        var now = Instant.Zero;
        var most = 0;
        return Measure("complete call, both stacks", calls, () =>
        {
            now += TimeSpan.FromMilliseconds(2);
            a.Invite(new SipInviteOptions { Target = SipUri.Parse("sip:bob@192.0.2.2"), Body = Sdp }, now);
            Exchange(a, b, now);
            a.HandleTimeout(now);
            b.HandleTimeout(now);
            most = Math.Max(most, b.ServerTransactionCount);
        }) + $"  server transactions alive at most: {most}\n";
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

    private static string Measure(string name, int rounds, Action act)
    {
        for (var i = 0; i < rounds / 4; i++) act();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < rounds; i++) act();
        var micros = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / rounds;
        bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / rounds;
        return $"  {name}: {micros:0.00} us CPU, {bytes} bytes\n";
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
