using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>One line of one party: its sockets, who the peer is, and where its packets go.</summary>
/// <remarks>Allocates nothing per packet.</remarks>
internal sealed class ForwardedLine : IReadyHandler, IDisposable
{
    private const int ReceivesPerTurnMax = 64;

    /// <summary>RTCP of one line; a flood is dropped beyond it.</summary>
    private const int ControlBitsPerSecond = 200_000;

    /// <summary>Whole pictures are asked for no more often than that.</summary>
    private static readonly TimeSpan PictureRequestMin = TimeSpan.FromMilliseconds(500);

    private readonly RtpSocketPair _sockets;
    private readonly Latch _latch;
    private readonly TokenBucket _rtpAllowed;
    private readonly TokenBucket _controlAllowed;
    private readonly ControlHandler _control;
    private readonly byte[] _cname;
    private readonly Ssrc _self;
    private readonly MediaWorker _worker;
    private readonly MediaCrypto _crypto;
    private TransportAddress _expectedControl;
    private TransportAddress _controlPeer;
    private Ssrc? _source;
    private Instant _askedAt = Instant.Zero;
    private byte _requests;
    private bool _isClosed;

    public ForwardedLine(ForwardedMedia owner, ForwardedKind kind, RtpSocketPair sockets)
    {
        (Owner, Kind, _sockets, _worker) = (owner, kind, sockets, owner.Worker);
        var now = _worker.Loop.Now;
        _crypto = new MediaCrypto(_worker);
        _latch = new Latch(_worker.Options.Latching);
        _rtpAllowed = new TokenBucket(owner.Options.BitsPerSecond(kind), now);
        _controlAllowed = new TokenBucket(ControlBitsPerSecond, now);
        _self = new Ssrc((uint)_worker.Random.NextBits());
        _cname = Encoding.ASCII.GetBytes(_worker.Random.NextBits().ToString("x16", null));
        _control = new ControlHandler(this);
        _worker.Loop.Add(sockets.Rtp, this);
        _worker.Loop.Add(sockets.Rtcp, _control);
    }

    public ForwardedMedia Owner { get; private set; }

    public ForwardedKind Kind { get; }

    public int LocalPort => _sockets.Port;

    /// <summary>What our last description says of it.</summary>
    public MediaSection? Section { get; set; }

    /// <summary>What was agreed, or null before.</summary>
    public NegotiatedLine? Agreed { get; private set; }

    /// <summary>Those who see this line's pictures, compiled.</summary>
    public List<ForwardedLine> Viewers { get; } = [];

    /// <summary>Whose pictures the party of this line sees, compiled.</summary>
    public ForwardedLine? Source { get; private set; }

    public bool MaySend => Agreed is { } line && (line.Direction & Sip.Sdp.MediaDirection.SendOnly) != 0;

    public bool MayReceive => Agreed is { } line && (line.Direction & Sip.Sdp.MediaDirection.RecvOnly) != 0;

    /// <summary>SRTP and SRTCP both ways.</summary>
    public bool IsEncrypted => _crypto.IsOn;

    public SrtpDrops CryptoDrops => _crypto.Drops;

    public long PacketsReceived { get; private set; }

    public long PacketsSent { get; private set; }

    /// <summary>Dropped: more than the policy lets through.</summary>
    public long OverBandwidth { get; private set; }

    /// <summary>Dropped: another codec than the agreed one.</summary>
    public long Unexpected { get; private set; }

    public long Malformed { get; private set; }

    public long Strangers { get; private set; }

    public long SendFailures { get; private set; }

    /// <param name="crypto">Both sides' keys of this line; null: it is plain.</param>
    public void Configure(NegotiatedLine agreed, LegCrypto? crypto)
    {
        _crypto.Configure(crypto, _worker.Loop.Now);
        var rtp = AddressOf(agreed.RemoteRtp);
        if (Agreed is null || AddressOf(Agreed.RemoteRtp) != rtp) _latch.Expect(rtp);
        Agreed = agreed;
        (_expectedControl, _controlPeer) = (AddressOf(agreed.RemoteRtcp), default);
    }

    /// <summary>The same codec on both sides: packets are passed on as they are.</summary>
    public bool CanSee(ForwardedLine source) =>
        Agreed is { } here && source.Agreed is { } there && here.Format.Matches(there.Format);

    /// <summary>Whom the party sees from now on; somebody new is asked for a whole picture at once.</summary>
    public void See(ForwardedLine? source)
    {
        source?.Viewers.Add(this);
        if (Source == source) return;

        Source = source;
        source?.AskForPicture(_worker.Loop.Now);
    }

    public void MoveTo(ForwardedMedia owner)
    {
        Owner = owner;
        Viewers.Clear();
        Source = null;
    }

    public void Dispose()
    {
        _isClosed = true;
        Viewers.Clear();
        Source = null;
        _worker.Loop.Remove(_sockets.Rtp);
        _worker.Loop.Remove(_sockets.Rtcp);
        _worker.Ports.Return(_sockets, _worker.Loop.Now);
        _crypto.Dispose();
    }

    public void OnReadable()
    {
        for (var i = 0; i < ReceivesPerTurnMax && !_isClosed; i++)
        {
            var status = _sockets.Rtp.ReceiveFrom(_worker.Received, out var length, out var from);
            if (status == IoStatus.WouldBlock) return;
            if (status == IoStatus.Done) HandleRtp(from, _worker.Received[..length], _worker.Loop.TurnStart);
        }
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error) => Owner.Fault(error);

    private void HandleRtp(in TransportAddress from, Span<byte> packet, Instant now)
    {
        if (!_crypto.TryOpenRtp(ref packet, now)) return;
        if (RtpHeader.TryParse(packet, out var header) != RtpParseError.None)
        {
            Malformed++;
            return;
        }

        if (_latch.Handle(from, header.Ssrc, header.Sequence, now) == LatchVerdict.Refuse)
        {
            Strangers++;
            return;
        }

        PacketsReceived++;
        if (!MayReceive) return;

        if (header.PayloadType != Agreed!.ReceivePayloadType)
        {
            Unexpected++;
            return;
        }

        if (!_rtpAllowed.TryTake(packet.Length, now))
        {
            OverBandwidth++;
            return;
        }

        _source = header.Ssrc;
        foreach (var viewer in Viewers) viewer.SendRtp(packet);
    }

    /// <summary>Only the payload type is another: the one that the viewer's description gives the codec.</summary>
    private void SendRtp(Span<byte> packet)
    {
        packet[1] = (byte)((packet[1] & 0x80) | Agreed!.SendPayloadType);
        if (_latch.Target is not { IsNone: false, Port: not 0 } target) return;

        PacketsSent++;
        var sealedPacket = _crypto.ProtectRtp(packet);
        if (sealedPacket.IsEmpty || _sockets.Rtp.SendTo(sealedPacket, target) != IoStatus.Done) SendFailures++;
    }

    /// <summary>Reports on the sender's own stream go to who sees it, feedback to who is seen.</summary>
    private void HandleControl(in TransportAddress from, Span<byte> datagram, Instant now)
    {
        if (!from.IsSameHost(_latch.Target) && !from.IsSameHost(_expectedControl))
        {
            Strangers++;
            return;
        }

        if (!_crypto.TryOpenRtcp(ref datagram, now)) return;
        if (RtcpReader.TryOpen(datagram, out _) != RtcpParseError.None)
        {
            Malformed++;
            return;
        }

        if (!_controlAllowed.TryTake(datagram.Length, now))
        {
            OverBandwidth++;
            return;
        }

        _controlPeer = from;
        Source?.SendControl(datagram);
        if ((RtcpType)datagram[1] != RtcpType.SenderReport) return;

        foreach (var viewer in Viewers)
        {
            if (viewer != Source) viewer.SendControl(datagram);
        }
    }

    private void SendControl(ReadOnlySpan<byte> datagram)
    {
        var target = _controlPeer.IsNone ? _expectedControl : _controlPeer;
        if (target.IsNone || target.Port == 0) return;
        var sealedPacket = _crypto.ProtectRtcp(datagram);
        if (sealedPacket.IsEmpty || _sockets.Rtcp.SendTo(sealedPacket, target) != IoStatus.Done) SendFailures++;
    }

    /// <summary>RFC 4585 section 6.3.1: so that a picture comes at once, and not with the next regular one.</summary>
    private void AskForPicture(Instant now)
    {
        if (Kind is not ForwardedKind.Video || _source is not { } source) return;
        if (_requests > 0 && now - _askedAt < PictureRequestMin) return;

        _askedAt = now;
        _requests = (byte)(_requests == byte.MaxValue ? 1 : _requests + 1);
        Span<byte> request = stackalloc byte[PictureRequest.BytesMax];
        byte? fir = Agreed is { TakesFir: true } ? _requests : null;
        var length = PictureRequest.Write(request, _self, source, _cname, fir);
        SendControl(request[..length]);
    }

    private static TransportAddress AddressOf(System.Net.IPEndPoint? endPoint) =>
        endPoint is null ? default : TransportAddress.From(endPoint);

    private sealed class ControlHandler(ForwardedLine line) : IReadyHandler
    {
        public void OnReadable()
        {
            for (var i = 0; i < ReceivesPerTurnMax && !line._isClosed; i++)
            {
                var buffer = line._worker.Received;
                var status = line._sockets.Rtcp.ReceiveFrom(buffer, out var length, out var from);
                if (status == IoStatus.WouldBlock) return;
                if (status == IoStatus.Done) line.HandleControl(from, buffer[..length], line._worker.Loop.TurnStart);
            }
        }

        public void OnWritable()
        {
        }

        public void OnFault(Exception error) => line.OnFault(error);
    }
}
