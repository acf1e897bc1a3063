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
    private const int StreamLines = 4;
    private const int SocketLines = 2;
    private const int PartyLines = 3;
    private const int StatisticsLines = 3;
    private const int MediaLines = 2;
    private const int TargetsLines = 2;
    private const int RewriterLines = 3;
    private const int CryptoLines = 2;

    /// <summary>Of a list of the objects themselves.</summary>
    private const int ListLines = 4;

    private readonly MediaWorker _worker;
    private readonly UdpSocket _socket;
    private readonly MediaParty _party;
    private readonly ReceiverStatistics _statistics = new();
    private readonly Latch _latch;
    private Ssrc _source;
    private RelayTarget[] _targets = new RelayTarget[1];
    private int _targetCount;
    private FetchedObject[] _incoming = [];
    private FetchedObject[] _outgoing = [];
    private FetchedObject[] _onward = [];
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

    public Instant LastHeard { get; private set; }

    public long Strangers => _latch.Strangers;

    public long Malformed { get; private set; }

    public long SendFailures { get; private set; }

    /// <summary>ICMP errors that came instead of packets: nobody listens at the peer's port any more.</summary>
    public long Refused { get; private set; }

    /// <summary>What encrypts it; null while it is plain.</summary>
    public MediaCrypto? Crypto { get; set; }

    /// <summary>Those whose ears are connected to the party's mouth, compiled.</summary>
    public ReadOnlySpan<RelayTarget> Targets => _targets.AsSpan(0, _targetCount);

    /// <summary>The SDP names where the peer is; a new place must latch anew.</summary>
    public void Expect(TransportAddress remote)
    {
        Open();
        _latch.Expect(remote);
    }

    /// <summary>Nobody is relayed to, while paths are compiled.</summary>
    public void Disconnect()
    {
        _targets.AsSpan().Clear();
        _targetCount = 0;
    }

    /// <summary>All streams have their lists: the first listener's is kept here as well.</summary>
    public void JoinLists() => _onward = _targetCount > 0 ? _targets[0].Stream._outgoing : [];

    /// <summary>Paths have been compiled: what packets lead to is listed.</summary>
    public void ListMemory()
    {
        List<FetchedObject> incoming =
        [
            new(_socket, SocketLines), new(_party, PartyLines), new(_statistics, StatisticsLines),
            new(_targets, TargetsLines),
        ];
        if (_party.Media is { } media) incoming.Add(new FetchedObject(media, MediaLines));
        List<FetchedObject> outgoing = [new(this, StreamLines), new(_socket, SocketLines), new(Out, RewriterLines)];
        if (Crypto is not null)
        {
            incoming.Add(new FetchedObject(Crypto, CryptoLines));
            outgoing.Add(new FetchedObject(Crypto, CryptoLines));
            Crypto.ListMemory(incoming, outgoing);
        }

        _party.Source?.ListMemory(incoming);
        (_incoming, _outgoing) = ([.. incoming], [.. outgoing]);
    }

    /// <summary>What a packet that is sent leads to.</summary>
    public void ListOutgoing(List<FetchedObject> list) => list.AddRange(_outgoing);

    /// <summary>One more who is relayed to.</summary>
    public void Connect(in RelayTarget target)
    {
        if (_targetCount == _targets.Length) Array.Resize(ref _targets, 2 * _targetCount);
        _targets[_targetCount++] = target;
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

    /// <summary>First the lists of what a packet leads to, then all that is in them.</summary>
    public void Prepare(int turns)
    {
        if (turns == 1)
        {
            PrepareNow();
            return;
        }

        CacheLines.Fetch(_incoming, ListLines);
        CacheLines.Fetch(_onward, ListLines);
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error) => _party.Conversation.Fault(error);

    private void ReceiveFromPeer()
    {
        // Where several wait this has been done: then it costs next to nothing.
        PrepareNow();
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

    private void PrepareNow()
    {
        CacheLines.Fetch(_incoming);
        CacheLines.Fetch(_onward);
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
