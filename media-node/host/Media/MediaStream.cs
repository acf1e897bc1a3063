using System.Runtime.InteropServices;
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

    // Of 64 bytes: as far as a packet needs the objects.
    private const int StreamLines = 3;
    private const int SocketLines = 2;
    private const int PartyLines = 3;
    private const int StatisticsLines = 3;
    private const int MediaLines = 2;
    private const int RewriterLines = 3;

    private readonly MediaWorker _worker;
    private readonly UdpSocket _socket;
    private readonly MediaParty _party;
    private readonly ReceiverStatistics _statistics = new();
    private readonly Latch _latch;
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

    /// <summary>ICMP errors that came instead of packets: nobody listens at the peer's port any more.</summary>
    public long Refused { get; private set; }

    /// <summary>What encrypts it; null while it is plain.</summary>
    public MediaCrypto? Crypto { get; set; }

    /// <summary>Those whose ears are connected to the party's mouth, compiled.</summary>
    public List<RelayTarget> Targets { get; } = [];

    /// <summary>The stream of the first of them, null without any: what <see cref="Prepare"/> fetches.</summary>
    public MediaStream? Next { get; private set; }

    /// <summary>The SDP names where the peer is; a new place must latch anew.</summary>
    public void Expect(TransportAddress remote)
    {
        Open();
        _latch.Expect(remote);
    }

    /// <summary>Nobody is relayed to, while paths are compiled.</summary>
    public void Disconnect()
    {
        Targets.Clear();
        Next = null;
    }

    /// <summary>One more who is relayed to.</summary>
    public void Connect(in RelayTarget target)
    {
        Targets.Add(target);
        Next ??= target.Stream;
    }

    public void BeginSilence(Instant now)
    {
        LastHeard = now;
    }

    /// <summary>Listens to others again when the peer has been silent for long.</summary>
    public void OpenIfSilent(Instant now)
    {
        _latch.Touch(LastHeard);
        if (_isConnected && _latch.IsOpen(now)) Open();
    }

    public void Send(ReadOnlySpan<byte> packet)
    {
        var sent = Crypto is null ? packet : Crypto.ProtectRtp(packet);
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

    /// <summary>What a packet of the peer leads to, as far as this object knows.</summary>
    public void Prepare()
    {
        CacheLines.Fetch(_socket, SocketLines);
        CacheLines.Fetch(_party, PartyLines);
        CacheLines.Fetch(_statistics, StatisticsLines);
        CacheLines.Fetch(Targets, 1);
        CacheLines.Fetch(Next, StreamLines);
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error) => _party.Conversation.Fault(error);

    private void ReceiveFromPeer()
    {
        PrepareNext();
        var buffer = _worker.Received;
        var status = _socket.Receive(buffer, out var length);
        if (status != IoStatus.Done)
        {
            if (status == IoStatus.Refused) Refused++;
            return;
        }

        var packet = buffer[..length];
        var now = _worker.Loop.TurnStart;
        if (Crypto is not null && !Crypto.TryOpenRtp(ref packet, now)) return;
        if (RtpHeader.TryParse(packet, out var header) != RtpParseError.None)
        {
            Malformed++;
            return;
        }

        Deliver(packet, header, now);
    }

    /// <summary>While the system copies the packet: the rest of what it leads to.</summary>
    private void PrepareNext()
    {
        CacheLines.Fetch(_party.Media, MediaLines);
        if (Targets.Count > 0) CacheLines.Fetch(ref CollectionsMarshal.AsSpan(Targets)[0], 1);
        if (Next is not { } next) return;

        CacheLines.Fetch(next._socket, SocketLines);
        CacheLines.Fetch(next.Out, RewriterLines);
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

            if (status == IoStatus.Refused) Refused++;
            if (status == IoStatus.Done) HandleFrom(from, _worker.Received[..length]);
            if (_party.IsRemoved) return;
        }
    }

    private void HandleFrom(TransportAddress from, Span<byte> packet)
    {
        var now = _worker.Loop.TurnStart;
        if (Crypto is not null && !Crypto.TryOpenRtp(ref packet, now)) return;
        if (RtpHeader.TryParse(packet, out var header) != RtpParseError.None)
        {
            Malformed++;
            return;
        }

        var verdict = _latch.Handle(from, header.Ssrc, header.Sequence, now);
        if (verdict == LatchVerdict.Refuse) return;

        if (verdict == LatchVerdict.AcceptNewPeer) BecomePeer(from);
        else if (!_isConnected) ConnectTo(from);
        Deliver(packet, header, now);
    }

    private void ConnectTo(TransportAddress peer) => _isConnected = _socket.Connect(peer) == IoStatus.Done;

    private void BecomePeer(TransportAddress peer)
    {
        ConnectTo(peer);
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
        AudioConversation.HandleRtp(_worker, _party, packet, header, now);
    }
}
