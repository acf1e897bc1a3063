using System.Net;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Dialogs;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Sip.Transactions;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §18, RFC 3581, streams, dialogs' routes (§12.2.1.1) and the deadline queue.</summary>
public sealed class TransportRules
{
    private static readonly IPEndPoint Elsewhere = new(IPAddress.Parse("203.0.113.4"), 7777);

    [Fact]
    public void ResponsesGoToReceivedAndSentByPort()
    {
        var source = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 9999);
        var lone = new Lone();
        lone.Receive(Sample.Request(SipMethods.Options, via: "SIP/2.0/UDP phone.example:5070"),
            new SipFlow(SipTransport.Udp, source));
        Assert.Equal(new IPEndPoint(source.Address, 5070), lone.Sent[0].Flow.Remote);
        Assert.Equal("198.51.100.7", lone.LastResponse.TopVia.Received);
    }

    [Fact]
    public void ResponsesGoToTheSourcePortWhenRportAsksForIt()
    {
        var source = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 9999);
        var lone = new Lone();
        lone.Receive(Sample.Request(SipMethods.Options, "z9hG4bK1;rport"), new SipFlow(SipTransport.Udp, source));
        Assert.Equal(source, lone.Sent[0].Flow.Remote);
        Assert.Equal(9999, lone.LastResponse.TopVia.RPort);
        Assert.Equal("198.51.100.7", lone.LastResponse.TopVia.Received);
    }

    [Fact]
    public void ResponsesUseTheConnectionWhileItIsOpenAndAnotherAfterwards()
    {
        var lone = new Lone();
        var flow = new SipFlow(SipTransport.Tcp, new IPEndPoint(Lone.Peer.Address, 40000), 3);
        lone.Receive(Sample.Request(SipMethods.Invite, via: "SIP/2.0/TCP 192.0.2.1:5070"), flow);
        Assert.Equal(flow, lone.Sent[0].Flow);

        var call = lone.Only<SipEvent.IncomingCall>().Call;
        lone.Do(now => lone.Stack.HandleConnectionClosed(flow, now)).Do(now => call.Reject(486, now));
        Assert.Equal(new SipFlow(SipTransport.Tcp, new IPEndPoint(Lone.Peer.Address, 5070)), lone.Sent[^1].Flow);
    }

    [Fact]
    public void ALargeRequestGoesByTcpAndFallsBackToUdp()
    {
        var lone = new Lone();
        lone.Outgoing(body: new string('x', 1400));
        Assert.Equal(SipTransport.Tcp, lone.Sent[0].Flow.Transport);
        Assert.Equal("TCP", lone.LastRequest.TopVia.Transport);
        Assert.Contains("transport=tcp", lone.LastRequest.Headers.Get(SipHeaderId.Contact), StringComparison.Ordinal);

        lone.Do(now => lone.Stack.HandleTransportError(lone.Sent[0].Flow, now));
        Assert.Equal(SipTransport.Udp, lone.Sent[^1].Flow.Transport);
        Assert.Equal("UDP", lone.LastRequest.TopVia.Transport);
        Assert.Equal(0, lone.Count<SipEvent.Failed>());
    }

    /// <summary>A connection towards a phone behind NAT could only time out.</summary>
    [Fact]
    public void ALargeRequestTowardsAPhoneBehindNatStaysOnUdp()
    {
        var lone = new Lone();
        var flow = new SipFlow(SipTransport.Udp, new IPEndPoint(Lone.Peer.Address, 40_000)) { IsOnlyWay = true };
        lone.Do(now => lone.Stack.Invite(
            new SipInviteOptions
            {
                Target = SipUri.Parse("sip:bob@10.0.0.7:5060"), Flow = flow, Body = new byte[1_400],
            },
            now));

        Assert.Equal(SipTransport.Udp, lone.Sent[0].Flow.Transport);
        Assert.Equal(flow.Remote, lone.Sent[0].Flow.Remote);
    }

    /// <summary>A phone registered over TCP and closed the connection: its Contact says where it listens.</summary>
    [Theory]
    [InlineData(true, 40_000)]
    [InlineData(false, 5_070)]
    public void AWantedConnectionIsUsedWhileItIsOpenAndTheTargetAfterwards(bool isOpen, int port)
    {
        var lone = new Lone();
        var flow = new SipFlow(SipTransport.Tcp, new IPEndPoint(Lone.Peer.Address, 40_000), 3);
        lone.Receive(Sample.Request(SipMethods.Options, via: "SIP/2.0/TCP 192.0.2.1:5070"), flow);
        if (!isOpen) lone.Do(now => lone.Stack.HandleConnectionClosed(flow, now));

        lone.Do(now => lone.Stack.Invite(
            new SipInviteOptions
            {
                Target = SipUri.Parse("sip:bob@192.0.2.1:5070;transport=tcp"),
                Flow = flow with { ConnectionId = 0 },
            },
            now));

        Assert.Equal(new IPEndPoint(Lone.Peer.Address, port), lone.Sent[^1].Flow.Remote);
        Assert.Equal(SipTransport.Tcp, lone.Sent[^1].Flow.Transport);
    }

    [Theory]
    [InlineData("sip:bob@phone.example")]
    [InlineData("tel:+15550100")]
    public void ATargetWithoutAWayThereFailsWith503(string target)
    {
        var lone = new Lone();
        lone.Outgoing(target: target);
        Assert.Equal(503, lone.Only<SipEvent.Failed>().Code);
        Assert.Equal(0, lone.Stack.CallCount);
    }

    [Fact]
    public void TheOwnerMayResolveNames()
    {
        var lone = new Lone(o => o with
        {
            Resolve = to => new SipHop(SipTransport.Tcp, new IPEndPoint(IPAddress.Loopback, 5060 + to.Host.Length)),
        });
        lone.Outgoing(target: "sip:bob@abc");
        Assert.Equal(
            (SipTransport.Tcp, new IPEndPoint(IPAddress.Loopback, 5063)),
            (lone.Sent[0].Flow.Transport, lone.Sent[0].Flow.Remote));
    }

    [Fact]
    public void ACallStaysOnTheOnlyWayThereIs()
    {
        var lone = new Lone();
        var flow = new SipFlow(SipTransport.Udp, Elsewhere) { IsOnlyWay = true };
        Dial(lone, flow, "sip:bob@10.0.0.1");
        lone.Reply(lone.LastRequest, 200);
        Assert.All(lone.Sent, s => Assert.Equal(flow, s.Flow));
        Assert.Equal(SipMethods.Ack, lone.LastRequest.Method);
    }

    /// <summary>§12.2.1.1: requests of a dialog go to its remote target, however the INVITE travelled.</summary>
    [Theory]
    [InlineData("<sip:bob@192.0.2.1:5070;transport=tcp>", SipTransport.Tcp)]
    [InlineData("<sip:bob@192.0.2.1:5070>", SipTransport.Udp)]
    [InlineData("<sips:bob@192.0.2.1:5070>", SipTransport.Tls)]
    public void ACallFollowsTheContactOfTheAnswer(string contact, SipTransport transport)
    {
        var lone = new Lone(options => options with { FollowSource = true });
        var call = Dial(lone, new SipFlow(SipTransport.Udp, Lone.Peer), "sip:bob@192.0.2.1");
        var ok = SipResponse.For(lone.LastRequest, 200, null, "peer");
        ok.Headers.Add(SipHeaderId.Contact, contact);
        lone.Receive(ok);

        lone.Do(now => call.SendRequest(SipMethods.Notify, now)).Do(now => call.Hangup(now));

        var sent = lone.Sent.Skip(1).ToList();
        Assert.Equal(
            [SipMethods.Ack, SipMethods.Notify, SipMethods.Bye], sent.Select(s => ((SipRequest)s.Message).Method));
        Assert.All(sent, s => Assert.Equal((transport, 5070), (s.Flow.Transport, s.Flow.Remote.Port)));
    }

    /// <summary>What no router carries leads nowhere from outside: such an answer comes through a translated
    /// address.</summary>
    [Theory]
    [InlineData("10.1.2.3", "192.0.2.1")]
    [InlineData("192.168.0.7", "192.0.2.1")]
    [InlineData("172.31.255.1", "192.0.2.1")]
    [InlineData("100.64.0.1", "192.0.2.1")]
    [InlineData("172.32.0.1", "172.32.0.1")]
    [InlineData("198.51.100.4", "198.51.100.4")]
    public void AContactOfAPrivateNetworkIsNotFollowedFromAPublicOne(string contact, string reached)
    {
        var lone = new Lone(options => options with { FollowSource = true });
        Dial(lone, new SipFlow(SipTransport.Udp, Lone.Peer), "sip:bob@192.0.2.1");
        var ok = SipResponse.For(lone.LastRequest, 200, null, "peer");
        ok.Headers.Add(SipHeaderId.Contact, $"<sip:bob@{contact}>");

        lone.Receive(ok);

        Assert.Equal(SipMethods.Ack, lone.LastRequest.Method);
        Assert.Equal(reached, lone.Sent[^1].Flow.Remote.Address.ToString());
    }

    /// <summary>§18.1.1: the connection that a large INVITE opened serves what follows, also when the phone itself has
    /// sent a request by UDP since.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheConnectionOfALargeInviteServesItsDialog(bool peerSpokeByUdp)
    {
        var lone = new Lone(options => options with { FollowSource = true });
        var call = Dial(lone, new SipFlow(SipTransport.Udp, Lone.Peer), "sip:bob@192.0.2.1", 1_400);
        var invite = lone.LastRequest;
        var connection = new SipFlow(SipTransport.Tcp, Lone.Peer, 7);
        var ok = SipResponse.For(invite, 200, null, "peer");
        ok.Headers.Add(SipHeaderId.Contact, "<sip:bob@192.0.2.1;transport=tcp>");
        lone.Receive(ok, connection);
        if (peerSpokeByUdp)
        {
            lone.Receive(Sample.Request(
                SipMethods.Info, fromTag: "peer", toTag: call.LocalTag, callId: call.CallId));
        }

        lone.Do(now => call.Hangup(now));

        Assert.Equal(SipMethods.Bye, lone.LastRequest.Method);
        Assert.Equal(connection, lone.Sent[^1].Flow);
    }

    /// <summary>Keys that a description holds never leave TLS, whatever the Contact asks for.</summary>
    [Fact]
    public void ACallOverTlsNeverGoesOnWithoutIt()
    {
        var lone = new Lone();
        var flow = new SipFlow(SipTransport.Tls, new IPEndPoint(Lone.Peer.Address, 40_000), 3);
        lone.Receive(
            Sample.Request(
                SipMethods.Invite, via: "SIP/2.0/TLS 192.0.2.1", extra: "Contact: <sip:alice@192.0.2.1>\r\n"),
            flow);
        var call = lone.Only<SipEvent.IncomingCall>().Call;
        lone.Do(now => call.Accept(now, "v=0"u8.ToArray()));
        lone.Receive(Sample.Request(SipMethods.Ack, "z9hG4bKack", toTag: call.LocalTag), flow);

        lone.Do(now => lone.Stack.HandleConnectionClosed(flow, now));
        lone.Do(now => call.Reinvite("v=0"u8.ToArray(), now));

        Assert.Equal(SipMethods.Invite, lone.LastRequest.Method);
        Assert.Equal(SipTransport.Tls, lone.Sent[^1].Flow.Transport);
    }

    /// <summary>A trunk that is called over TLS and names itself without it.</summary>
    [Fact]
    public void AContactThatForgetsTlsDoesNotLeadOutOfIt()
    {
        var lone = new Lone();
        var call = lone.Outgoing(target: "sip:bob@192.0.2.1:5061;transport=tls");
        lone.Reply(lone.LastRequest, 200, body: "v=0");

        lone.Do(now => call.Reinvite("v=0"u8.ToArray(), now));

        Assert.Equal((SipTransport.Tls, 5061), (lone.Sent[^1].Flow.Transport, lone.Sent[^1].Flow.Remote.Port));
        Assert.All(lone.Sent, sent => Assert.Equal(SipTransport.Tls, sent.Flow.Transport));
    }

    /// <summary>RFC 4568 §8.3: nor does an offer come into it any other way, or lead it there.</summary>
    [Theory]
    [InlineData(SipMethods.Invite)]
    [InlineData(SipMethods.Update)]
    public void AnOfferWithoutTlsInACallOverTlsIsRefused(string method)
    {
        var lone = new Lone(options => options with { FollowSource = true });
        var flow = new SipFlow(SipTransport.Tls, new IPEndPoint(Lone.Peer.Address, 40_000), 3);
        lone.Receive(
            Sample.Request(
                SipMethods.Invite, via: "SIP/2.0/TLS 192.0.2.1", extra: "Contact: <sip:alice@192.0.2.1>\r\n"),
            flow);
        var call = lone.Only<SipEvent.IncomingCall>().Call;
        lone.Do(now => call.Accept(now, "v=0"u8.ToArray()));
        lone.Receive(Sample.Request(SipMethods.Ack, "z9hG4bKack", toTag: call.LocalTag), flow);

        lone.Receive(lone.InDialog(call, method, 2, "Content-Type: application/sdp\r\n", "v=2"));

        Assert.Equal((403, 0), (lone.LastResponse.StatusCode, lone.Count<SipEvent.Reoffered>()));
        Assert.Equal((1L, flow), (lone.Stack.Counters.InsecureRefused, call.PeerFlow));
    }

    private static SipCall Dial(Lone lone, SipFlow flow, string target, int bodyBytes = 3)
    {
        var options = new SipInviteOptions
        {
            Target = SipUri.Parse(target), Flow = flow, Body = new byte[bodyBytes],
        };
        SipCall? call = null;
        lone.Do(now => call = lone.Stack.Invite(options, now));
        return call!;
    }

    [Fact]
    public void LooseRoutersAreVisitedInOrder()
    {
        var request = Route("<sip:192.0.2.11;lr>", "<sip:192.0.2.12;lr>").NewRequest(SipMethods.Bye);
        Assert.Equal("sip:alice@192.0.2.1", request.RequestUri.ToString());
        Assert.Equal(["<sip:192.0.2.11;lr>", "<sip:192.0.2.12;lr>"], request.Headers.All(SipHeaderId.Route));
    }

    [Fact]
    public void AStrictRouterIsTheRequestUriAndTheTargetEndsTheRoute()
    {
        var request = Route("<sip:192.0.2.11>", "<sip:192.0.2.12;lr>").NewRequest(SipMethods.Bye);
        Assert.Equal("sip:192.0.2.11", request.RequestUri.ToString());
        Assert.Equal(["<sip:192.0.2.12;lr>", "<sip:alice@192.0.2.1>"], request.Headers.All(SipHeaderId.Route));
    }

    [Fact]
    public void ACallersRouteSetIsReversed()
    {
        var invite = Sample.Request(SipMethods.Invite);
        var response = SipResponse.For(invite, 200, null, "b");
        response.Headers.Add(SipHeaderId.RecordRoute, "<sip:p2;lr>");
        response.Headers.Add(SipHeaderId.RecordRoute, "<sip:p1;lr>");
        var dialog = SipDialog.ForUac(invite, response);
        Assert.Equal(["<sip:p1;lr>", "<sip:p2;lr>"], dialog.RouteSet.Select(r => r.ToString()));
    }

    [Fact]
    public void ASavedDialogGoesOnElsewhere()
    {
        var lone = new Lone();
        var state = lone.Up().Dialog!.Save();
        var other = new Lone();
        other.Do(now => other.Stack.Adopt(state, isUac: false).Reinvite("v=0"u8.ToArray(), now));
        Assert.Equal(("c1", "a", state.LocalTag), (other.LastRequest.CallId, other.LastRequest.ToTag,
            other.LastRequest.FromTag));
        Assert.Equal(Lone.Peer, other.Sent[0].Flow.Remote);
    }

    [Fact]
    public void StreamsAreCutIntoMessagesWhateverTheReads()
    {
        var one = SipWriter.ToArray(Sample.Request(SipMethods.Message, body: "hello"));
        byte[] stream = [.. "\r\n\r\n"u8, .. one, .. "\r\n"u8, .. one];
        for (var size = 1; size <= stream.Length; size++)
        {
            using var framer = new SipStreamFramer();
            var frames = new List<SipFrame>();
            for (var at = 0; at < stream.Length; at += size)
            {
                framer.Push(stream.AsSpan(at, Math.Min(size, stream.Length - at)));
                while (framer.TryTake(out var bytes) is var frame and not SipFrame.NeedMore)
                {
                    frames.Add(frame);
                    if (frame is SipFrame.Message) Assert.Equal(one, bytes.ToArray());
                }
            }

            Assert.Equal([SipFrame.Ping, SipFrame.Message, SipFrame.Message], frames);
            Assert.Equal(0, framer.BufferedBytes);
        }
    }

    [Theory]
    [InlineData("BYE sip:x SIP/2.0\r\n\r\n")]
    [InlineData("BYE sip:x SIP/2.0\r\nl: -1\r\n\r\n")]
    [InlineData("BYE sip:x SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("BYE sip:x SIP/2.0\r\nl: 65536\r\n\r\n")]
    public void AStreamWithoutOneGoodLengthIsAnError(string text)
    {
        using var framer = new SipStreamFramer();
        framer.Push(Encoding.ASCII.GetBytes(text));
        Assert.Equal(SipFrame.Error, framer.TryTake(out _));
    }

    /// <summary>RFC 3261 §18.3: what a stream breaks off with is answered where it can be read, and counted either
    /// way.</summary>
    [Theory]
    [InlineData("l: -1\r\n", 400)]
    [InlineData("l: 999999999\r\n", 400)]
    [InlineData("", 400)]
    [InlineData("\0", 0)]
    public void ABrokenStreamIsAnsweredOrCounted(string length, int code)
    {
        var lone = new Lone();
        var text = Encoding.UTF8.GetString(SipWriter.ToArray(Sample.Request(SipMethods.Options, via: "SIP/2.0/TCP 192.0.2.1")));
        var headers = code == 0 ? "" : text.Replace("Content-Length: 0\r\n", length, StringComparison.Ordinal);

        var flow = new SipFlow(SipTransport.Tcp, Lone.Peer, 5);
        lone.Do(_ => lone.Stack.HandleBroken(Encoding.UTF8.GetBytes(headers), flow));

        Assert.Equal(code == 0 ? [] : [code], lone.Codes);
        Assert.Equal(1, lone.Stack.Counters.BadRequestsAnswered + lone.Stack.Counters.MalformedDropped);
        Assert.Equal(1, lone.Stack.MalformedPeers.CountOf(Lone.Peer.Address));
    }

    [Fact]
    public void AStreamThatNeverEndsItsHeadersIsAnError()
    {
        using var framer = new SipStreamFramer();
        var frame = SipFrame.NeedMore;
        for (var i = 0; i < 100 && frame is SipFrame.NeedMore; i++)
        {
            framer.Push(new byte[1024].Select(_ => (byte)'a').ToArray());
            frame = framer.TryTake(out _);
        }

        Assert.Equal(SipFrame.Error, frame);
    }

    [Fact]
    public void TheDeadlineQueueIsAlwaysInOrder()
    {
        var random = new SeededIdSource(9);
        var queue = new DeadlineQueue<Item>();
        var items = Enumerable.Range(0, 500).Select(_ => new Item()).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var item = items[random.NextBits() % 500];
            item.NextDeadline = random.NextBits() % 4 == 0
                ? Instant.Never : new Instant((long)(random.NextBits() % 1000));
            queue.Update(item);
            Assert.Equal(items.Where(x => x.QueueIndex >= 0).Select(x =>
                x.NextDeadline).DefaultIfEmpty(Instant.Never).Min(),
                queue.NextDeadline);
        }
    }

    private static SipDialog Route(params string[] routes)
    {
        var extra = "Contact: <sip:alice@192.0.2.1>\r\n" + string.Concat(routes.Select(r => $"Record-Route: {r}\r\n"));
        return SipDialog.ForUas(Sample.Request(SipMethods.Invite, extra: extra), "b");
    }

    private sealed class Item : IHasDeadline
    {
        public Instant NextDeadline { get; set; } = Instant.Never;

        public int QueueIndex { get; set; } = -1;
    }
}
