using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Tests.SipNet;
using Xunit;

namespace OrleansAcd.Tests.Simulation.Sip;

/// <summary>Two stacks over a network that loses, repeats and reorders: they always agree in the end and keep nothing.
/// </summary>
public sealed class SipCallsOnRoughNetworks
{
    private const int Seeds = 300;

    private static readonly byte[] Offer = "offer"u8.ToArray();
    private static readonly byte[] Answer = "answer"u8.ToArray();

    [Fact]
    public void ACallComesUpAndEndsOnBothSidesWhoeverHangsUp() => ForEachSeed((network, a, b, random) =>
    {
        b.Owner = (e, now) =>
        {
            if (e is not SipEvent.IncomingCall incoming) return;
            incoming.Call.ProvisionalResponse(180, now);
            network.At(now.TotalMilliseconds / 1000 + 2, later => incoming.Call.Accept(later, Answer));
        };
        var call = Place(a, b);
        network.At(10 + (random % 40), now =>
        {
            var caller = random % 2 == 0 || b.Count<SipEvent.IncomingCall>() == 0;
            (caller ? call : b.Call).Hangup(now);
        });
    });

    [Fact]
    public void ACancelAtAnyMomentEndsBothSides() => ForEachSeed((network, a, b, random) =>
    {
        b.Owner = (e, now) =>
        {
            if (e is not SipEvent.IncomingCall incoming) return;
            incoming.Call.ProvisionalResponse(180, now, reliable: random % 3 == 0);
            network.At(now.TotalMilliseconds / 1000 + 0.4, later => incoming.Call.Accept(later, Answer));
        };
        var call = Place(a, b);
        network.At(random % 1000 / 1000.0, now => call.Hangup(now));
    });

    [Fact]
    public void ARejectionReachesTheCaller() => ForEachSeed((network, a, b, _) =>
    {
        b.Owner = (e, now) =>
        {
            if (e is SipEvent.IncomingCall incoming) incoming.Call.Reject(486, now);
        };
        Place(a, b);
    });

    [Fact]
    public void SimultaneousByesAreBothFine() => ForEachSeed((network, a, b, random) =>
    {
        b.Owner = (e, now) =>
        {
            if (e is SipEvent.IncomingCall incoming) incoming.Call.Accept(now, Answer);
        };
        var call = Place(a, b);
        network.At(20, now => call.Hangup(now));
        network.At(20 + (random % 300 / 1000.0), now =>
        {
            if (b.Count<SipEvent.IncomingCall>() > 0) b.Call.Hangup(now);
        });
    });

    [Fact]
    public void CrossingReinvitesBothGetThroughInTheEnd() => ForEachSeed((network, a, b, random) =>
    {
        AnswerReoffers(a);
        AnswerReoffers(b);
        var call = Place(a, b);
        var method = random % 2 == 0;
        network.At(40, now => Change(call, "change-a", method, now));
        network.At(40 + (random % 300 / 1000.0), now =>
        {
            if (b.Count<SipEvent.IncomingCall>() > 0) Change(b.Call, "change-b", method, now);
        });
        network.At(140, now => call.Hangup(now));
    }, (a, b) =>
    {
        if (a.Count<SipEvent.Failed>() > 0) return;         // the call never came up: nothing to change
        var done = a.Events.OfType<SipEvent.ReofferAnswered>().Count(r =>
            !r.IsRefresh) + a.Count<SipEvent.ReofferFailed>();
        Assert.Equal(1, done);
        Assert.DoesNotContain(a.Events.Concat(b.Events), e => e is SipEvent.ReofferFailed { Code: 491 });
        Assert.True(a.Count<SipEvent.ReofferFailed>() > 0 || SawBody(b, "change-a"), "b never saw a's change");
        Assert.True(b.Count<SipEvent.ReofferFailed>() > 0 || SawBody(a, "change-b"), "a never saw b's change");
    });

    [Fact]
    public void SessionRefreshesKeepACallUpAndALostPeerIsNoticed() => ForEachSeed((network, a, b, random) =>
    {
        AnswerReoffers(a);
        AnswerReoffers(b);
        Place(a, b);
        network.At(1000, _ => network.Swallow = _ => true);
    }, (a, b) => Assert.True(a.Count<SipEvent.Failed>() == 1
        || a.Count<SipEvent.Ended>() == 1), seconds: 4000, seeds: 60);

    private static void Change(SipCall call, string body, bool byUpdate, Instant now)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        if (!byUpdate || !call.Update(bytes, now)) call.Reinvite(bytes, now);
    }

    private static bool SawBody(Peer peer, string body) => peer.Events.OfType<SipEvent.Reoffered>()
        .Any(r => r.Request.Body.Span.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(body)));

    private static void AnswerReoffers(Peer peer) => peer.Owner = (e, now) =>
    {
        if (e is SipEvent.IncomingCall incoming) incoming.Call.Accept(now, Answer);
        if (e is SipEvent.Reoffered change) change.Call.AcceptReoffer(Answer, now);
    };

    private static SipCall Place(Peer a, Peer b) => a.Stack.Invite(
        new SipInviteOptions { Target = SipUri.Parse($"sip:bob@{b.Address}"), Body = Offer }, Instant.Zero);

    private static void ForEachSeed(
        Action<SipNetwork, Peer, Peer, ulong> plan, Action<Peer, Peer>? check = null, double seconds = 400,
            int seeds = Seeds)
    {
        for (var seed = 1UL; seed <= (ulong)seeds; seed++)
        {
            var a = new Peer("192.0.2.1", seed * 3, Small);
            var b = new Peer("192.0.2.2", (seed * 5) + 1, Small);
            var network = new SipNetwork(NetworkFaults.Rough, seed, a, b);
            plan(network, a, b, new SeededIdSource(seed + 77).NextBits());
            network.Run(seconds);
            Verify(a, b, network, seed);
            try
            {
                check?.Invoke(a, b);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}:\n{string.Join('\n', network.Trace())}", error);
            }
        }
    }

    private static SipStackOptions Small(SipStackOptions options) =>
        options with { SessionInterval = TimeSpan.FromSeconds(180) };

    private static void Verify(Peer a, Peer b, SipNetwork network, ulong seed)
    {
        foreach (var peer in new[] { a, b })
        {
            var calls = peer == a ? 1 : peer.Count<SipEvent.IncomingCall>();
            var ends = peer.Count<SipEvent.Ended>() + peer.Count<SipEvent.Failed>();
            var left = peer.Stack.CallCount + peer.Stack.ClientTransactionCount + peer.Stack.ServerTransactionCount;
            var good = ends == calls && left == 0 && peer.Stack.NextDeadline == Instant.Never;
            Assert.True(good, $"seed {seed}: {calls} calls, {ends} ends, {left} left at {peer.Address}:\n"
                + string.Join('\n', network.Trace()) + "\n" + string.Join('\n', peer.Events.Select(e =>
                    e.GetType().Name)));
        }
    }
}
