using System.Net;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

using SdpDirection = OrleansAcd.Sip.Sdp.MediaDirection;

/// <summary>The other end of a video line: two sockets of its own, polled by the test.</summary>
internal sealed class Screen
{
    private readonly UdpSocket _rtp;
    private readonly UdpSocket _rtcp;
    private readonly byte[] _buffer = new byte[1_500];
    private readonly byte _payloadType;
    private readonly uint _ssrc;
    private SrtpSender? _sender;
    private SrtpReceiver? _receiver;
    private ushort _sequence;

    public Screen(Rig rig, ForwardedMedia media, byte payloadType, uint ssrc, ForwardedKind kind = ForwardedKind.Video)
    {
        (_payloadType, _ssrc) = (payloadType, ssrc);
        _rtp = Bind(rig);
        _rtcp = Bind(rig);
        Line = media.TryAdd(Party, kind)!;
        Assert.NotNull(Line);
    }

    public ForwardedParty Party { get; } = new();

    public ForwardedLine Line { get; }

    public byte[] Packet { get; } = new byte[1_200];

    /// <summary>What offer and answer would have settled; our number for the codec is always 96.</summary>
    public void Agree(
        ForwardedMedia media, string codec = "VP8", SdpDirection direction = SdpDirection.SendRecv, bool takesFir = false,
        LegCrypto? crypto = null)
    {
        (_sender, _receiver) = crypto is null ? (null, null)
            : (new SrtpSender(crypto.Remote), new SrtpReceiver(crypto.Local));
        media.Configure(Line, Agreed(codec, direction, takesFir), crypto);
    }

    private NegotiatedLine Agreed(string codec, SdpDirection direction, bool takesFir) =>
        new()
        {
            Kind = Line.Kind,
            SectionIndex = 1,
            Format = new RtpFormat(codec, 90_000),
            SendPayloadType = _payloadType,
            ReceivePayloadType = 96,
            RemoteRtp = _rtp.Local.ToIpEndPoint(),
            RemoteRtcp = _rtcp.Local.ToIpEndPoint(),
            Direction = direction,
            TakesFir = takesFir,
        };

    public void Show(byte value, byte payloadType = 96, bool marker = true)
    {
        new RtpHeader(marker, payloadType, new(_sequence++), new(7), new(_ssrc), 0, 0).Write(Packet);
        Packet.AsSpan(12).Fill(value);
        SendRaw(Sealed(Packet, isRtp: true));
    }

    /// <summary>As it goes over the wire: encrypted where that was agreed.</summary>
    private ReadOnlySpan<byte> Sealed(ReadOnlySpan<byte> packet, bool isRtp)
    {
        if (_sender is null) return packet;

        var (buffer, length) = (new byte[packet.Length + SrtpSuite.GrowthMaxBytes], packet.Length);
        packet.CopyTo(buffer);
        Assert.Equal(
            SrtpVerdict.Done,
            isRtp ? _sender.ProtectRtp(buffer, ref length) : _sender.ProtectRtcp(buffer, ref length));
        return buffer.AsSpan(0, length);
    }

    public void SendRaw(ReadOnlySpan<byte> datagram) =>
        _rtp.SendTo(datagram, TransportAddress.From(IPAddress.Loopback, Line.LocalPort));

    public void SendControl(ReadOnlySpan<byte> datagram) =>
        _rtcp.SendTo(Sealed(datagram, isRtp: false), TransportAddress.From(IPAddress.Loopback, Line.LocalPort + 1));

    public List<(RtpHeader Header, byte Value)> See()
    {
        var seen = new List<(RtpHeader, byte)>();
        while (_rtp.ReceiveFrom(_buffer, out var length, out _) == IoStatus.Done)
        {
            if (_receiver is not null)
            {
                Assert.Equal(SrtpVerdict.Done, _receiver.OpenRtp(_buffer.AsSpan(0, length), out length));
            }

            Assert.Equal(RtpParseError.None, RtpHeader.TryParse(_buffer.AsSpan(0, length), out var header));
            seen.Add((header, _buffer[length - 1]));
        }

        return seen;
    }

    /// <summary>How many packets came; without looking at them.</summary>
    public int Count()
    {
        var count = 0;
        while (_rtp.ReceiveFrom(_buffer, out _, out _) == IoStatus.Done) count++;
        return count;
    }

    public List<byte[]> SeeControl()
    {
        var seen = new List<byte[]>();
        while (_rtcp.ReceiveFrom(_buffer, out var length, out _) == IoStatus.Done)
        {
            if (_receiver is not null)
            {
                Assert.Equal(SrtpVerdict.Done, _receiver.OpenRtcp(_buffer.AsSpan(0, length), out length));
            }

            seen.Add(_buffer[..length]);
        }

        return seen;
    }

    private static UdpSocket Bind(Rig rig) =>
        rig.Loop.Net.BindUdp(TransportAddress.From(IPAddress.Loopback, 0), SocketOptions.Voice)!;
}
