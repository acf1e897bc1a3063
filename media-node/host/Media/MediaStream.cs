using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>The RTP of one leg: its socket, who the peer is, what came in and what went out.</summary>
/// <remarks>Until the peer has latched, sources are looked at one by one; then the socket is connected and the system
/// keeps strangers out. A peer that falls silent opens it again. Allocates nothing per packet.</remarks>
internal sealed class MediaStream : IReadyHandler
{
    private const int ReceivesPerTurnMax = 64;

    private readonly MediaWorker _worker;
    private readonly UdpSocket _socket;
    private readonly MediaParty _party;
    private readonly Latch _latch;
    private readonly ReceiverStatistics _statistics = new();
    private Ssrc _source;
    private bool _hasSource;
    private bool _isConnected;
    private bool _isExclusive;

    public MediaStream(MediaWorker worker, UdpSocket socket, MediaParty party)
    {
        (_worker, _socket, _party) = (worker, socket, party);
        _latch = new Latch(worker.Options.Latching);
        Out = new RelayRewriter(worker.Random);
    }

    /// <summary>The one stream that the peer hears, whatever feeds it.</summary>
    public RelayRewriter Out { get; }

    public ReceiverStatistics Statistics => _statistics;

    public TransportAddress Target => _latch.Target;

    public Ssrc Source => _source;

    public bool HasSource => _hasSource;

    public Instant LastHeard { get; private set; }

    public long Strangers => _latch.Strangers;

    public long Malformed { get; private set; }

    public long SendFailures { get; private set; }

    /// <summary>The SDP names where the peer is; a new place must latch anew.</summary>
    public void Expect(TransportAddress remote)
    {
        Open();
        _latch.Expect(remote);
    }

    public void BeginSilence(Instant now)
    {
        LastHeard = now;
        _latch.Touch(now);
    }

    /// <summary>Listens to others again when the peer has been silent for long.</summary>
    public void OpenIfSilent(Instant now)
    {
        if (_isConnected && _latch.IsOpen(now)) Open();
    }

    public void Send(ReadOnlySpan<byte> packet)
    {
        var sent = _party.Crypto.ProtectRtp(packet);
        var status = sent.IsEmpty ? IoStatus.Failed
            : _isConnected ? _socket.Send(sent)
            : _socket.SendTo(sent, _latch.Target);
        if (status != IoStatus.Done) SendFailures++;
    }

    public void OnReadable()
    {
        if (_isExclusive) ReceiveFromPeer();
        else ReceiveFromAnybody();
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error) => _party.Conversation.Fault(error);

    private void ReceiveFromPeer()
    {
        var buffer = _worker.Received;
        if (_socket.Receive(buffer, out var length) != IoStatus.Done) return;

        var packet = buffer[..length];
        if (!_party.Crypto.TryOpenRtp(ref packet, _worker.Loop.TurnStart)) return;
        if (RtpHeader.TryParse(packet, out var header) != RtpParseError.None)
        {
            Malformed++;
            return;
        }

        var now = _worker.Loop.TurnStart;
        _latch.Touch(now);
        Deliver(packet, header, now);
    }

    /// <summary>Until nothing is left: what strangers sent before the socket was connected must not pass for the
    /// peer's.</summary>
    private void ReceiveFromAnybody()
    {
        var wasConnected = _isConnected;
        for (var i = 0; i < ReceivesPerTurnMax; i++)
        {
            var status = _socket.ReceiveFrom(_worker.Received, out var length, out var from);
            if (status == IoStatus.WouldBlock)
            {
                _isExclusive = wasConnected && _isConnected;
                return;
            }

            if (status == IoStatus.Done) HandleFrom(from, _worker.Received[..length]);
            if (_party.IsRemoved) return;
        }
    }

    private void HandleFrom(TransportAddress from, Span<byte> packet)
    {
        if (!_party.Crypto.TryOpenRtp(ref packet, _worker.Loop.TurnStart)) return;
        if (RtpHeader.TryParse(packet, out var header) != RtpParseError.None)
        {
            Malformed++;
            return;
        }

        var now = _worker.Loop.TurnStart;
        var verdict = _latch.Handle(from, header.Ssrc, header.Sequence, now);
        if (verdict == LatchVerdict.Refuse) return;

        if (verdict == LatchVerdict.AcceptNewPeer) BecomePeer(from);
        else if (!_isConnected) Connect(from);
        Deliver(packet, header, now);
    }

    private void Connect(TransportAddress peer) => _isConnected = _socket.Connect(peer) == IoStatus.Done;

    private void BecomePeer(TransportAddress peer)
    {
        Connect(peer);
        if (_hasSource) _statistics.Restart();
        _hasSource = false;
        _party.Conversation.Latched(_party, peer);
    }

    private void Open()
    {
        if (_isConnected) _socket.Disconnect();
        (_isConnected, _isExclusive) = (false, false);
    }

    private void Deliver(Span<byte> packet, in RtpHeader header, Instant now)
    {
        if (!_hasSource || header.Ssrc != _source)
        {
            if (_hasSource) _statistics.Restart();
            (_source, _hasSource) = (header.Ssrc, true);
            _party.SourceChanged(now);
        }

        LastHeard = now;
        _statistics.Handle(header.Sequence, header.Timestamp, now);
        _party.Conversation.HandleRtp(_party, packet, header, now);
    }
}
