using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;

namespace OrleansAcd.Softphone;

/// <summary>One call's audio at a softphone: speaks a clip in a loop, 20 ms a packet, and listens for one
/// tone.</summary>
/// <remarks>Lives on its loop's thread. Loss is told by sequence numbers, who is heard by the tone's level.</remarks>
internal sealed class PhoneAudio : IReadyHandler, ITickHandler, IDisposable
{
    private const int FrameSamples = 160;

    /// <summary>Packets made up for after a late tick, at most.</summary>
    private const int CatchUpMax = 10;

    private const int WindowSamples = 800;
    private const double HeardDbfs = -20;

    private readonly EventLoop _loop;
    private readonly RtpSocketPair _sockets;
    private readonly AudioClip _voice;
    private readonly double _listenForHz;
    private readonly byte[] _packet = new byte[RtpHeader.FixedBytes + FrameSamples];
    private readonly byte[] _received = new byte[2_048];
    private readonly short[] _window = new short[WindowSamples];
    private readonly ReceiverStatistics _statistics = new();
    private TransportAddress _remote;
    private G711Codec _codec;
    private SequenceNumber _sequence;
    private RtpTimestamp _timestamp;
    private readonly Ssrc _ssrc;
    private Ssrc _heardSsrc;
    private int _position;
    private int _windowFill;
    private bool _isSpeaking;

    public PhoneAudio(EventLoop loop, RtpSocketPair sockets, AudioClip voice, double listenForHz, IIdSource ids)
    {
        (_loop, _sockets, _voice, _listenForHz) = (loop, sockets, voice, listenForHz);
        var bits = ids.NextBits();
        (_ssrc, _sequence) = (new Ssrc((uint)bits), new SequenceNumber((ushort)(bits >> 32)));
        _timestamp = new RtpTimestamp(0);
        loop.Add(sockets.Rtp, this);
    }

    public int Port => _sockets.Port;

    public RtpSocketPair Sockets => _sockets;

    public long PacketsSent { get; private set; }

    public long PacketsReceived => _statistics.PacketsReceived;

    public long PacketsLost => _statistics.PacketsLost;

    /// <summary>When the tone was heard first.</summary>
    public Instant? FirstHeardAt { get; private set; }

    /// <summary>For how long the tone was heard in all.</summary>
    public TimeSpan Heard { get; private set; }

    /// <summary>Told once, when the tone is heard first.</summary>
    public Action<Instant>? OnFirstHeard { get; set; }

    public void Speak(TransportAddress remote, G711Codec codec)
    {
        (_remote, _codec) = (remote, codec);
        if (_isSpeaking) return;

        _isSpeaking = true;
        _loop.AddTick(this);
    }

    public void OnTick(int frames, Instant now)
    {
        for (var i = 0; i < Math.Min(frames, CatchUpMax); i++) SendFrame();
    }

    public void OnReadable()
    {
        // The socket reports again while there is more.
        if (_sockets.Rtp.ReceiveFrom(_received, out var length, out _) != IoStatus.Done) return;
        if (RtpHeader.TryParse(_received.AsSpan(0, length), out var header) != RtpParseError.None) return;

        if (header.Ssrc != _heardSsrc)
        {
            if (_statistics.PacketsReceived > 0) _statistics.Restart();
            _heardSsrc = header.Ssrc;
        }

        _statistics.Handle(header.Sequence, header.Timestamp, _loop.Now);
        if (header.PayloadType is 0 or 8) Listen(header);
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error) => Dispose();

    public void Dispose()
    {
        if (_isSpeaking) _loop.RemoveTick(this);
        _isSpeaking = false;
        _loop.Remove(_sockets.Rtp);
    }

    private void SendFrame()
    {
        var payloadType = (byte)(_codec == G711Codec.Pcmu ? 0 : 8);
        new RtpHeader(PacketsSent == 0, payloadType, _sequence, _timestamp, _ssrc, 0, 0).Write(_packet);
        var taken = _voice.CopyFrame(_codec, _position, _packet.AsSpan(RtpHeader.FixedBytes));
        _position = taken < FrameSamples ? 0 : _position + FrameSamples;
        _sequence = _sequence.Next;
        _timestamp = _timestamp.Advance(FrameSamples);
        PacketsSent++;
        _sockets.Rtp.SendTo(_packet, _remote);
    }

    private void Listen(in RtpHeader header)
    {
        var payload = _received.AsSpan(header.PayloadOffset, header.PayloadLength);
        while (!payload.IsEmpty)
        {
            var take = Math.Min(payload.Length, WindowSamples - _windowFill);
            var law = header.PayloadType == 0 ? G711Codec.Pcmu : G711Codec.Pcma;
            G711.Decode(law, payload[..take], _window.AsSpan(_windowFill));
            _windowFill += take;
            payload = payload[take..];
            if (_windowFill == WindowSamples) MeasureWindow();
        }
    }

    private void MeasureWindow()
    {
        _windowFill = 0;
        if (ToneMeter.LevelAt(_window, _listenForHz).Dbfs < HeardDbfs) return;

        Heard += TimeSpan.FromMilliseconds(100);
        if (FirstHeardAt is not null) return;

        FirstHeardAt = _loop.Now;
        OnFirstHeard?.Invoke(_loop.Now);
    }
}
