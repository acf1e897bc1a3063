using System.Net;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>RTCP of one line towards a recorder: our sender reports on schedule, its receiver reports in (RFC 3550
/// section 6, RFC 7866 section 8.1.1). On the media loop.</summary>
internal sealed class SipRecControl : IReadyHandler, ITimeoutHandler
{
    private const int ReceivesPerTurnMax = 8;

    private readonly SipRecPlace _place;
    private readonly UdpSocket _socket;
    private readonly RelayRewriter _sent;
    private readonly MediaCrypto _crypto;
    private readonly Action<Exception> _fault;
    private readonly RtcpSchedule _schedule;
    private readonly LoopTimer _timer;
    private readonly byte[] _cname;
    private TransportAddress _remote;
    private int _lostThere;

    /// <param name="socket">The line's, for RTCP.</param>
    /// <param name="sent">What is reported on.</param>
    /// <param name="crypto">The line's.</param>
    /// <param name="fault">Told what the loop caught.</param>
    public SipRecControl(
        SipRecPlace place, UdpSocket socket, RelayRewriter sent, MediaCrypto crypto, Action<Exception> fault)
    {
        (_place, _socket, _sent, _crypto, _fault) = (place, socket, sent, crypto, fault);
        var media = place.Media;
        _schedule = new RtcpSchedule(media.Random, media.Loop.Now);
        _timer = new LoopTimer(this);

        // RFC 7022 section 4.2: random, says nothing about anybody; each party is a source of its own.
        _cname = Encoding.ASCII.GetBytes(media.Random.NextBits().ToString("x16", null));
        media.Loop.Add(socket, this);
        media.Loop.Schedule(_timer, _schedule.NextDeadline);
    }

    /// <summary>Reports go there from now on; null: nowhere.</summary>
    public void Open(IPEndPoint? remote) => _remote = remote is null ? default : TransportAddress.From(remote);

    /// <summary>RFC 3550 section 6.6: the source is gone.</summary>
    public void Close(Instant now)
    {
        _place.Media.Loop.Cancel(_timer);
        _place.Media.Loop.Remove(_socket);
        if (_sent.HasSent) Send(now, isBye: true);
    }

    public void HandleTimeout(Instant now)
    {
        if (_schedule.HandleTimeout(now)) Send(now, isBye: false);
        _place.Media.Loop.Schedule(_timer, _schedule.NextDeadline);
    }

    public void OnReadable()
    {
        var received = _place.Media.Received;
        for (var i = 0; i < ReceivesPerTurnMax; i++)
        {
            var status = _socket.ReceiveFrom(received, out var length, out var from);
            if (status == IoStatus.WouldBlock) return;
            if (status == IoStatus.Done) Handle(from, received[..length]);
        }
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error) => _fault(error);

    private void Handle(TransportAddress from, Span<byte> datagram)
    {
        var counters = _place.Counters;
        var isOurs = from.IsSameHost(_remote) && _crypto.TryOpenRtcp(ref datagram, _place.Media.Loop.Now);
        if (!isOurs || RtcpReader.TryOpen(datagram, out var reader) != RtcpParseError.None)
        {
            counters.ReportsRefused++;
            return;
        }

        counters.ReportsHeard++;
        while (reader.TryRead(out var packet))
        {
            for (var i = 0; packet.TryReadBlock(i, out var block); i++)
            {
                if (block.Source == _sent.Ssrc) HearLoss(block.CumulativeLost);
            }
        }
    }

    /// <summary>A source says how much it has missed in all.</summary>
    private void HearLoss(int lostInAll)
    {
        _place.Counters.PacketsLostThere += Math.Max(0, lostInAll - _lostThere);
        _lostThere = Math.Max(lostInAll, _lostThere);
    }

    private void Send(Instant now, bool isBye)
    {
        if (_remote.IsNone || _remote.Port == 0) return;

        SenderInfo? sent = _sent.HasSent
            ? new SenderInfo(NtpTime.From(now), _sent.TimestampAt(now), _sent.PacketsSent, _sent.PayloadBytesSent)
            : null;
        var buffer = _place.Media.Outgoing;
        var length = RtcpWriter.Write(buffer, _sent.Ssrc, sent, null, _cname, isBye);
        var packet = _crypto.ProtectRtcp(buffer[..length]);
        if (!packet.IsEmpty && _socket.SendTo(packet, _remote) == IoStatus.Done) _place.Counters.ReportsSent++;
    }
}
