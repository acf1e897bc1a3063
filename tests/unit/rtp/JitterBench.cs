using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>A sender, a network that delays, and a listener, in virtual time: what the listener hears is
/// remembered.</summary>
internal sealed class JitterBench(int packetMs = 20, int clockHz = 8_000)
{
    private readonly PriorityQueue<Sent, (long At, int Order)> _network = new();
    private readonly List<Heard> _heard = [];
    private int _order;
    private double _audioLeftMs;
    private double _listenedMs;

    private readonly record struct Sent(
        ushort Sequence, uint Timestamp, byte Type, int Ticks, int Number, bool IsOther);

    /// <summary>One answer of the buffer.</summary>
    public readonly record struct Heard(double AtMs, JitterVerdict Verdict, int Number, double LengthMs, bool Follows);

    public JitterBuffer Buffer { get; } = new(clockHz);

    public IReadOnlyList<Heard> Log => _heard;

    public ushort Sequence { get; set; } = 65_500;

    public uint Timestamp { get; set; } = uint.MaxValue - 4_000;

    public int Number { get; private set; }

    public double DepthMaxMs { get; private set; }

    public int PacketTicks => clockHz * packetMs / 1_000;

    public IEnumerable<int> Played => _heard.Where(h => h.Verdict == JitterVerdict.Payload).Select(h => h.Number);

    public int Count(JitterVerdict verdict) => _heard.Count(h => h.Verdict == verdict);

    /// <summary>Sends the next packet, to arrive then; null arrives never.</summary>
    public void Send(double? arrivesAtMs, byte type = 0, int? ticks = null)
    {
        var length = ticks ?? PacketTicks;
        if (arrivesAtMs is { } at) Enqueue(at, new Sent(Sequence, Timestamp, type, length, Number, false));
        Number++;
        Sequence++;
        Timestamp += (uint)length;
    }

    /// <summary>The network delivers the last sent packet once more.</summary>
    public void Repeat(double arrivesAtMs) => Enqueue(
        arrivesAtMs,
        new Sent((ushort)(Sequence - 1), Timestamp - (uint)PacketTicks, 0, PacketTicks, Number - 1, false));

    public void SendOther(double arrivesAtMs) =>
        Enqueue(arrivesAtMs, new Sent(Sequence++, Timestamp, 101, 0, -1, true));

    /// <summary>Delivers and listens until then; the listener ticks every 20 ms.</summary>
    public void RunUntil(double endMs)
    {
        for (; _listenedMs < endMs; _listenedMs += 20)
        {
            Deliver(_listenedMs);
            Listen(_listenedMs);
            DepthMaxMs = Math.Max(DepthMaxMs, Buffer.DepthMs);
        }
    }

    private void Enqueue(double atMs, Sent packet) =>
        _network.Enqueue(packet, (Instant.FromMilliseconds(atMs).Ticks, _order++));

    private void Deliver(double untilMs)
    {
        var until = Instant.FromMilliseconds(untilMs).Ticks;
        Span<byte> payload = stackalloc byte[200];
        while (_network.TryPeek(out var packet, out var key) && key.At <= until)
        {
            _network.Dequeue();
            if (packet.IsOther)
            {
                Buffer.PutOther(new SequenceNumber(packet.Sequence));
                continue;
            }

            payload.Fill((byte)packet.Number);
            BitConverter.TryWriteBytes(payload, packet.Number);
            Buffer.Put(
                new SequenceNumber(packet.Sequence), new RtpTimestamp(packet.Timestamp), packet.Type, packet.Ticks,
                payload[..Math.Max(8, packet.Ticks % 200)], new Instant(key.At));
        }
    }

    private void Listen(double atMs)
    {
        while (_audioLeftMs < 20)
        {
            var frame = Buffer.Take(Instant.FromMilliseconds(atMs));
            var length = frame.Ticks * 1_000.0 / clockHz;
            var number = frame.Verdict == JitterVerdict.Payload ? BitConverter.ToInt32(frame.Payload) : -1;
            _heard.Add(new Heard(atMs, frame.Verdict, number, length, frame.Follows));
            _audioLeftMs += length;
        }

        _audioLeftMs -= 20;
    }
}
