using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>The RTCP of one leg: reports out on schedule, the peer's reports in (RFC 3550 §6).</summary>
internal sealed class ControlStream : IReadyHandler
{
    private const int ReceivesPerTurnMax = 8;

    private readonly MediaWorker _worker;
    private readonly UdpSocket _socket;
    private readonly MediaParty _party;
    private readonly RtcpSchedule _schedule;
    private readonly byte[] _cname;
    private TransportAddress _expected;
    private TransportAddress _heardFrom;
    private uint _lastSenderReport;
    private Instant _lastSenderReportAt;

    public ControlStream(MediaWorker worker, UdpSocket socket, MediaParty party)
    {
        (_worker, _socket, _party) = (worker, socket, party);
        _schedule = new RtcpSchedule(worker.Random, worker.Loop.Now);

        // RFC 7022 §4.2: a short-term persistent CNAME is random and says nothing about anybody.
        _cname = Encoding.ASCII.GetBytes(worker.Random.NextBits().ToString("x16", null));
    }

    public Instant NextDeadline => _schedule.NextDeadline;

    public long Malformed { get; private set; }

    public long Strangers { get; private set; }

    public double? RemoteFractionLost { get; private set; }

    public TimeSpan? RemoteJitter { get; private set; }

    public TimeSpan? RoundTrip { get; private set; }

    /// <summary>When the peer reported last.</summary>
    public Instant LastHeard { get; private set; }

    public void Expect(TransportAddress remote) => (_expected, _heardFrom) = (remote, default);

    public void HandleTimeout(Instant now)
    {
        if (_schedule.HandleTimeout(now)) Send(now, isBye: false);
    }

    /// <summary>§6.6: the leg is over.</summary>
    public void SendBye(Instant now) => Send(now, isBye: true);

    public void OnReadable()
    {
        for (var i = 0; i < ReceivesPerTurnMax; i++)
        {
            var status = _socket.ReceiveFrom(_worker.Received, out var length, out var from);
            if (status == IoStatus.WouldBlock) return;
            if (status == IoStatus.Done) Handle(from, _worker.Received[..length], _worker.Loop.Now);
        }
    }

    public void OnWritable()
    {
    }

    public void OnFault(Exception error) => _party.Conversation.Fault(error);

    private void Handle(TransportAddress from, Span<byte> datagram, Instant now)
    {
        if (!from.IsSameHost(_party.Rtp.Target) && !from.IsSameHost(_expected))
        {
            Strangers++;
            return;
        }

        if (!_party.Crypto.TryOpenRtcp(ref datagram, now)) return;
        if (RtcpReader.TryOpen(datagram, out var reader) != RtcpParseError.None)
        {
            Malformed++;
            return;
        }

        (_heardFrom, LastHeard) = (from, now);
        while (reader.TryRead(out var packet)) HandlePacket(packet, now);
    }

    private void HandlePacket(in RtcpPacket packet, Instant now)
    {
        if (packet.TryReadSenderInfo(out var info)) (_lastSenderReport, _lastSenderReportAt) = (info.Ntp.Middle, now);

        for (var i = 0; packet.TryReadBlock(i, out var block); i++)
        {
            if (block.Source != _party.Rtp.Out.Ssrc) continue;

            RemoteFractionLost = block.FractionLost / 256.0;
            RemoteJitter = TimeSpan.FromSeconds((double)block.Jitter / _party.Rtp.Out.ClockHz);
            RoundTrip = NtpTime.RoundTrip(now, block) ?? RoundTrip;
        }
    }

    private void Send(Instant now, bool isBye)
    {
        var target = _heardFrom.IsNone ? _expected : _heardFrom;
        if (target.IsNone || target.Port == 0) return;

        var rtp = _party.Rtp;
        SenderInfo? sent = rtp.Out.HasSent
            ? new SenderInfo(NtpTime.From(now), rtp.Out.TimestampAt(now), rtp.Out.PacketsSent, rtp.Out.PayloadBytesSent)
            : null;
        var buffer = _worker.Outgoing;
        var length = RtcpWriter.Write(buffer, rtp.Out.Ssrc, sent, Report(now), _cname, isBye);
        var packet = _party.Crypto.ProtectRtcp(buffer[..length]);
        if (!packet.IsEmpty) _socket.SendTo(packet, target);
    }

    private ReportBlock? Report(Instant now) => _party.Rtp.Statistics.IsValid
        ? _party.Rtp.Statistics.NextReport(
            _party.Rtp.Source,
            _lastSenderReport,
            _lastSenderReport == 0 ? TimeSpan.Zero : now - _lastSenderReportAt)
        : null;
}
