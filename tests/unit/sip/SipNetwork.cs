using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Tests.SipNet;

/// <summary>How a simulated network treats each message.</summary>
internal sealed record NetworkFaults(double Loss, double Duplication, TimeSpan DelayMin, TimeSpan DelayMax)
{
    public static readonly NetworkFaults None = new(0, 0, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));

    public static readonly NetworkFaults Rough = new(0.15, 0.1, TimeSpan.FromMilliseconds(1),
        TimeSpan.FromMilliseconds(300));
}

/// <summary>One stack and what it said.</summary>
internal sealed class Peer
{
    public Peer(string host, ulong seed, Func<SipStackOptions, SipStackOptions>? change = null)
    {
        var options = new SipStackOptions { Host = host, ContactUser = "u" };
        Stack = new SipStack(change?.Invoke(options) ?? options, new SeededIdSource(seed));
        Address = new IPEndPoint(IPAddress.Parse(host), 5060);
    }

    public SipStack Stack { get; }

    public IPEndPoint Address { get; }

    public List<SipEvent> Events { get; } = [];

    /// <summary>What the owner does at each event.</summary>
    public Action<SipEvent, Instant> Owner { get; set; } = (_, _) => { };

    public T Only<T>() where T : SipEvent => Events.OfType<T>().Single();

    public int Count<T>() where T : SipEvent => Events.OfType<T>().Count();

    public SipCall Call => Events.OfType<SipEvent.IncomingCall>().Last().Call;
}

/// <summary>Two stacks over a network in virtual time. Everything follows from the seed.</summary>
internal sealed class SipNetwork(NetworkFaults faults, ulong seed, params Peer[] peers)
{
    private const int StepsMax = 2_000_000;

    private readonly PriorityQueue<(Peer To, SipFlow Flow, byte[] Bytes), (long At, long Order)> _wire = new();
    private readonly PriorityQueue<Action<Instant>, (long At, long Order)> _plans = new();
    private readonly SeededIdSource _random = new(seed);
    private long _order;

    public Instant Now { get; private set; }

    /// <summary>Every message that was put on the wire: sender's address and message.</summary>
    public List<(IPEndPoint From, SipMessage Message, double At)> Sent { get; } = [];

    /// <summary>True swallows a message.</summary>
    public Func<SipMessage, bool> Swallow { get; set; } = _ => false;

    /// <summary>TCP connections cannot be opened.</summary>
    public bool RefuseTcp { get; set; }

    public void At(double seconds, Action<Instant> act) =>
        _plans.Enqueue(act, ((long)(seconds * TimeSpan.TicksPerSecond), _order++));

    public SipNetwork Run(double seconds)
    {
        var until = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        for (var step = 0; step < StepsMax; step++)
        {
            var next = Next();
            if (next > until)
            {
                Now = until;
                return this;
            }

            Now = next;
            Step();
            Drain();
        }

        throw new InvalidOperationException("the network does not come to rest");
    }

    /// <summary>Runs until all transactions of both sides have ended.</summary>
    public SipNetwork Settle() => Run(200);

    public IEnumerable<string> Trace() => Sent.Select(s => $"{s.At:0.000} {s.From.Address} {s.Message}");

    private Instant Next()
    {
        var next = Instant.Never;
        foreach (var peer in peers) next = Instant.Min(next, peer.Stack.NextDeadline);
        if (_wire.TryPeek(out _, out var arrival)) next = Instant.Min(next, new Instant(arrival.At));
        if (_plans.TryPeek(out _, out var plan)) next = Instant.Min(next, new Instant(plan.At));
        return next;
    }

    private void Step()
    {
        while (_plans.TryPeek(out var act, out var plan) && plan.At <= Now.Ticks)
        {
            _plans.Dequeue();
            act(Now);
            Drain();
        }

        while (_wire.TryPeek(out var item, out var arrival) && arrival.At <= Now.Ticks)
        {
            _wire.Dequeue();
            item.To.Stack.HandleMessage(item.Bytes, item.Flow, Now);
            Drain();
        }

        foreach (var peer in peers) peer.Stack.HandleTimeout(Now);
    }

    private void Drain()
    {
        for (var again = true; again;)
        {
            again = false;
            foreach (var peer in peers)
            {
                while (peer.Stack.TryPoll(out var output))
                {
                    again = true;
                    if (output.IsSend) Put(peer, output);
                    else
                    {
                        peer.Events.Add(output.Event!);
                        peer.Owner(output.Event!, Now);
                    }
                }
            }
        }
    }

    private void Put(Peer from, SipOutput output)
    {
        if (!SipParser.TryParse(output.Bytes, out var message, out var error))
        {
            throw new FormatException($"a stack sent what it would refuse: {error}");
        }

        if (output.Flow.IsReliable && RefuseTcp)
        {
            from.Stack.HandleTransportError(output.Flow, Now);
            return;
        }

        Sent.Add((from.Address, message!, Now.TotalMilliseconds / 1000));
        var to = Array.Find(peers, p => p.Address.Equals(output.Flow.Remote));
        if (to is null || Swallow(message!)) return;
        if (!output.Flow.IsReliable && Chance(faults.Loss)) return;

        Fly(from, to, output);
        if (!output.Flow.IsReliable && Chance(faults.Duplication)) Fly(from, to, output);
    }

    private void Fly(Peer from, Peer to, SipOutput output)
    {
        var reliable = output.Flow.IsReliable;
        var spread = (faults.DelayMax - faults.DelayMin).Ticks;
        var delay = reliable || spread == 0 ? faults.DelayMin.Ticks
            : faults.DelayMin.Ticks + (long)(_random.NextBits() % (ulong)spread);
        var flow = new SipFlow(output.Flow.Transport, from.Address, reliable ? 7 : 0);
        _wire.Enqueue((to, flow, output.Bytes.ToArray()), (Now.Ticks + delay, _order++));
    }

    private bool Chance(double probability) => _random.NextBits() % 10_000 < probability * 10_000;
}
