using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Tests.Unit.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>The other end of an encrypted leg: it sends and hears SRTP on sockets of its own.</summary>
internal sealed class SecureEnd : IDisposable
{
    private readonly Rig _rig;
    private readonly UdpSocket _rtp;
    private readonly UdpSocket _rtcp;
    private readonly byte[] _buffer = new byte[1_500];
    private ushort _next = 100;

    public SecureEnd(Rig rig, string name)
    {
        _rig = rig;
        Assert.Equal(MediaRefusal.None, rig.Conversation.TryAddParty(name, out var party));
        Party = party!;
        _rtp = rig.Loop.Net.BindUdp(TransportAddress.From(IPAddress.Loopback, 0), SocketOptions.Voice)!;
        _rtcp = rig.Loop.Net.BindUdp(TransportAddress.From(IPAddress.Loopback, 0), SocketOptions.Voice)!;
    }

    public MediaParty Party { get; }

    public SrtpSender? Sender { get; private set; }

    public SrtpReceiver? Receiver { get; private set; }

    /// <summary>Keys for both directions, made from a number; 0: plain.</summary>
    public void Agree(int keys, SrtpSuite? suite = null, int remoteKeys = 0)
    {
        var kind = suite ?? SrtpSuite.AesCm128HmacSha1Tag80;
        LegCrypto? crypto = null;
        if (keys != 0)
        {
            crypto = new LegCrypto(
                SrtpPair.NewKey(kind, keys), SrtpPair.NewKey(kind, remoteKeys == 0 ? 1_000 + keys : remoteKeys));
        }

        (Sender, Receiver) = crypto is null ? (null, null)
            : (new SrtpSender(crypto.Remote), new SrtpReceiver(crypto.Local));
        _rig.Conversation.Configure(Party, new LegMedia(
            AudioCodecId.Pcmu, 0, 101, _rtp.Local, _rtcp.Local, MediaDirection.SendReceive) { Crypto = crypto });
    }

    public byte[] Frame(byte value)
    {
        var packet = SrtpPair.Rtp(_next++);
        packet.AsSpan(12).Fill(value);
        return packet;
    }

    public void Say(byte value, SrtpSender? with = null)
    {
        var length = 172;
        var packet = new byte[length + SrtpSuite.GrowthMaxBytes];
        Frame(value).CopyTo(packet, 0);
        if ((with ?? Sender) is { } sender) Assert.Equal(SrtpVerdict.Done, sender.ProtectRtp(packet, ref length));
        SendRaw(packet.AsSpan(0, length));
    }

    public void SendRaw(ReadOnlySpan<byte> packet) =>
        _rtp.SendTo(packet, TransportAddress.From(IPAddress.Loopback, Party.LocalPort));

    /// <summary>What has arrived and is authentic, first byte of each payload.</summary>
    public List<byte> Hear()
    {
        var heard = new List<byte>();
        while (_rtp.ReceiveFrom(_buffer, out var length, out _) == IoStatus.Done)
        {
            var packet = _buffer.AsSpan(0, length);
            if (Receiver is not null) Assert.Equal(SrtpVerdict.Done, Receiver.OpenRtp(packet, out length));
            Assert.Equal(172, length);
            heard.Add(packet[12]);
        }

        return heard;
    }

    public byte[]? HearControl() =>
        _rtcp.ReceiveFrom(_buffer, out var length, out _) == IoStatus.Done ? _buffer[..length] : null;

    public void SendControl(byte[] packet) =>
        _rtcp.SendTo(packet, TransportAddress.From(IPAddress.Loopback, Party.LocalPort + 1));

    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }
}
