using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>The other end of a leg: two sockets of its own, polled by the test, not in the loop.</summary>
internal sealed class Phone
{
    private readonly Rig _rig;
    private readonly UdpSocket _rtp;
    private readonly UdpSocket _rtcp;
    private readonly byte[] _buffer = new byte[1_500];
    private ushort _sequence = 65_530;
    private uint _timestamp = 1_000;

    public Phone(Rig rig, MediaParty party, AudioCodecId codec, byte? keys)
    {
        (_rig, Party, Codec, Keys) = (rig, party, codec, keys);
        _rtp = Bind(rig);
        _rtcp = Bind(rig);
    }

    public MediaParty Party { get; }

    public AudioCodecId Codec { get; }

    public byte PayloadType => Codec switch
    {
        AudioCodecId.Pcmu => OrleansAcd.Rtp.PayloadType.Pcmu,
        AudioCodecId.Pcma => OrleansAcd.Rtp.PayloadType.Pcma,
        AudioCodecId.G722 => 9,
        _ => 100,
    };

    public byte? Keys { get; }

    public uint Ssrc { get; set; } = 0xABCD;

    public TransportAddress Address => _rtp.Local;

    public void Agree(MediaDirection direction, TransportAddress? rtp = null) => _rig.Conversation.Configure(
        Party, new LegMedia(Codec, PayloadType, Keys, rtp ?? _rtp.Local, _rtcp.Local, direction)
        {
            ReceivedTelephoneEventType = KeysSent ?? Keys,
            HasComfortNoise = HasComfortNoise,
        });

    /// <summary>The number that this phone sends keys with, where it is another than it takes.</summary>
    public byte? KeysSent { get; set; }

    /// <summary>Agreed to at the next <see cref="Agree"/>.</summary>
    public bool HasComfortNoise { get; set; }

    /// <summary>It is silent from now on: RFC 3389 section 3.1, the level in -dBov.</summary>
    public void SayNoise(byte level) => Send(OrleansAcd.Rtp.PayloadType.ComfortNoise, [level], advance: 160);

    /// <summary>A frame of one byte repeated.</summary>
    public void Say(byte value, byte? payloadType = null) =>
        Send(payloadType ?? PayloadType, [.. Enumerable.Repeat(value, 160)], advance: 160);

    public void Close()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    /// <summary>An encoded frame of so many ticks.</summary>
    public void SayEncoded(ReadOnlySpan<byte> payload, int ticks) => Send(PayloadType, payload.ToArray(), (uint)ticks);

    public void Press(char key, ushort duration, bool isEnd, bool isNew = false)
    {
        var payload = new byte[4];
        new TelephoneEvent((byte)TelephoneEvent.CodeOf(key), isEnd, 10, duration).Write(payload);
        // RFC 4733: all packets of an event carry the timestamp of its beginning.
        Send((KeysSent ?? Keys)!.Value, payload, advance: 0, isNew);
    }

    public void SendRaw(ReadOnlySpan<byte> datagram) => SendTo(datagram, Party.LocalPort);

    public void SendTo(ReadOnlySpan<byte> datagram, int port) =>
        _rtp.SendTo(datagram, TransportAddress.From(IPAddress.Loopback, port));

    public void SendControl(ReadOnlySpan<byte> datagram) =>
        _rtcp.SendTo(datagram, TransportAddress.From(IPAddress.Loopback, Party.LocalPort + 1));

    /// <summary>All that has arrived: headers with their payloads.</summary>
    public List<(RtpHeader Header, byte[] Payload)> Hear()
    {
        var heard = new List<(RtpHeader, byte[])>();
        while (_rtp.ReceiveFrom(_buffer, out var length, out _) == IoStatus.Done)
        {
            Assert.Equal(RtpParseError.None, RtpHeader.TryParse(_buffer.AsSpan(0, length), out var header));
            heard.Add((header, _buffer[header.PayloadOffset..length]));
        }

        return heard;
    }

    public byte[]? HearControl() =>
        _rtcp.ReceiveFrom(_buffer, out var length, out _) == IoStatus.Done ? _buffer[..length] : null;

    private void Send(byte payloadType, byte[] payload, uint advance, bool marker = false)
    {
        var packet = new byte[12 + payload.Length];
        new RtpHeader(marker, payloadType, new(_sequence++), new(_timestamp), new(Ssrc), 0, 0).Write(packet);
        payload.CopyTo(packet, 12);
        _timestamp += advance;
        SendRaw(packet);
    }

    private static UdpSocket Bind(Rig rig) =>
        rig.Loop.Net.BindUdp(TransportAddress.From(IPAddress.Loopback, 0), SocketOptions.Voice)!;
}
