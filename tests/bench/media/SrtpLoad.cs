using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;

namespace OrleansAcd.Bench;

/// <summary>Phones of calls of two that send and open SRTP, or plain RTP where a leg has no keys; the rhythm of
/// relay.c's load.</summary>
/// <remarks>On a loop of its own, pinned to the load's CPU: relays are measured by their own threads' clocks. What is
/// sent in one millisecond is encrypted first and then sent at once, so that the relay sees the same bursts whatever
/// the load encrypts.</remarks>
internal sealed class SrtpLoad : ILoadGenerator, ITimeoutHandler
{
    private const int PacketBytes = 172;
    private const int HeaderBytes = 12;
    private const int Slots = 20;
    private const int First = 100;
    private const int Patience = 1_000;
    private const int Buckets = 100_000;
    private const uint FrameSamples = 160;
    private const ulong TicksPerSample = TimeSpan.TicksPerSecond / 8_000;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1);

    private readonly EventLoop _loop;
    private readonly Phone[] _phones;
    private readonly LoopTimer _timer;
    private readonly uint[] _histogram = new uint[Buckets + 1];
    private readonly AutoResetEvent _done = new(false);
    private Instant _next;
    private ushort _sequence;
    private uint _timestamp;
    private int _ticks;
    private int _last;
    private long _sent;
    private long _received;

    public SrtpLoad(OurRelay relay)
    {
        _loop = new EventLoop(
            Network.Default,
            new EventLoopOptions { Name = "load", Cpu = CpuFor.Load, OnError = Console.Error.WriteLine });
        _phones = [.. relay.Legs.Select((leg, i) => new Phone(this, leg.Port, leg.Crypto, (uint)i + 1_000))];
        _timer = new LoopTimer(this);
        _loop.Start();
    }

    public LoadCount Run(int milliseconds)
    {
        _loop.Post(() => Begin(milliseconds));
        _done.WaitOne();
        return new LoadCount(_sent, _received, Quantile(0.5), Quantile(0.99), 0);
    }

    public void HandleTimeout(Instant now)
    {
        for (; now >= _next && !IsOver; _next += s_tick) Tick();
        if (IsOver) _done.Set();
        else _loop.Schedule(_timer, _next);
    }

    public void OnFault(Exception error) => Console.Error.WriteLine(error);

    public void Dispose()
    {
        _loop.Stop();
        foreach (var phone in _phones) phone.Dispose();
        _loop.Dispose();
        _done.Dispose();
    }

    private bool IsOver => _ticks >= _last && (_received >= _sent || _ticks >= _last + Patience);

    private void Begin(int milliseconds)
    {
        (_ticks, _last, _sent, _received) = (0, First + milliseconds, 0, 0);
        _timestamp = (uint)((ulong)_loop.Now.Ticks / TicksPerSample);
        Array.Clear(_histogram);
        _next = _loop.Now;
        HandleTimeout(_next);
    }

    private void Tick()
    {
        if (_ticks % Slots == 0) (_sequence, _timestamp) = ((ushort)(_sequence + 1), _timestamp + FrameSamples);
        var isCounted = _ticks >= First;
        var from = _ticks < _last ? _ticks % Slots : _phones.Length;
        for (var i = from; i < _phones.Length; i += Slots) _phones[i].Prepare(_sequence, _timestamp, isCounted);
        for (var i = from; i < _phones.Length; i += Slots)
        {
            _phones[i].Send();
            if (isCounted) _sent++;
        }

        _ticks++;
    }

    private void Count(long sentAt)
    {
        if (sentAt == 0) return;

        var microseconds = (long)Stopwatch.GetElapsedTime(sentAt).TotalMicroseconds;
        _histogram[Math.Clamp(microseconds, 0, Buckets)]++;
        _received++;
    }

    private double Quantile(double share)
    {
        var sum = 0L;
        for (var i = 0; i <= Buckets; i++)
        {
            sum += _histogram[i];
            if (sum > 0 && sum >= share * _received) return i;
        }

        return 0;
    }

    /// <summary>One leg's other end.</summary>
    private sealed class Phone : IReadyHandler, IDisposable
    {
        private readonly SrtpLoad _load;
        private readonly UdpSocket _socket;
        private readonly SrtpSender? _sender;
        private readonly SrtpReceiver? _receiver;
        private readonly uint _ssrc;
        private readonly byte[] _packet = new byte[PacketBytes + SrtpSuite.GrowthMaxBytes];
        private readonly byte[] _heard = new byte[1_500];
        private int _length;

        public Phone(SrtpLoad load, int port, LegCrypto? crypto, uint ssrc)
        {
            (_load, _ssrc) = (load, ssrc);
            _socket = load._loop.Net.BindUdp(TransportAddress.From(IPAddress.Loopback, 0), SocketOptions.Voice)
                ?? throw new IOException("no port left");
            _socket.Connect(TransportAddress.From(IPAddress.Loopback, port));
            _sender = crypto is null ? null : new SrtpSender(crypto.Remote);
            _receiver = crypto is null ? null : new SrtpReceiver(crypto.Local);
            load._loop.Add(_socket, this);
        }

        public void Prepare(ushort sequence, uint timestamp, bool isCounted)
        {
            _packet.AsSpan(0, HeaderBytes).Clear();
            _packet[0] = 0x80;
            BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), sequence);
            BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(4), timestamp);
            BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(8), _ssrc);
            _packet.AsSpan(HeaderBytes, PacketBytes - HeaderBytes).Fill(0x21);
            var now = isCounted ? Stopwatch.GetTimestamp() : 0;
            BinaryPrimitives.WriteInt64LittleEndian(_packet.AsSpan(HeaderBytes), now);
            _length = PacketBytes;
            if (_sender is not null && _sender.ProtectRtp(_packet, ref _length) != SrtpVerdict.Done) _length = 0;
        }

        public void Send() => _socket.Send(_packet.AsSpan(0, _length));

        public void OnReadable()
        {
            while (_socket.Receive(_heard, out var length) == IoStatus.Done)
            {
                var heard = _heard.AsSpan(0, length);
                if (_receiver is not null && _receiver.OpenRtp(heard, out length) != SrtpVerdict.Done) continue;
                if (length == PacketBytes) _load.Count(BinaryPrimitives.ReadInt64LittleEndian(heard[HeaderBytes..]));
            }
        }

        public void OnWritable()
        {
        }

        public void OnFault(Exception error) => _load.OnFault(error);

        public void Dispose()
        {
            _socket.Dispose();
            _sender?.Dispose();
            _receiver?.Dispose();
        }
    }
}
