using System.Buffers.Binary;
using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>Both ends of one direction, and packets to send through them.</summary>
internal sealed class SrtpPair : IDisposable
{
    public const uint Ssrc = 0xCAFE_BABE;

    public SrtpPair(SrtpSuite suite, int seed = 1)
    {
        Key = NewKey(suite, seed);
        Sender = new SrtpSender(Key);
        Receiver = new SrtpReceiver(Key);
    }

    public SrtpKey Key { get; }

    public SrtpSender Sender { get; }

    public SrtpReceiver Receiver { get; }

    public static TheoryData<string> Suites => [.. SrtpSuite.All.Select(suite => suite.Name)];

    public static SrtpKey NewKey(SrtpSuite suite, int seed)
    {
        var master = new byte[suite.MasterBytes];
        new Random(seed).NextBytes(master);
        Assert.True(SrtpKey.TryCreate(suite, master, out var key));
        return key;
    }

    /// <summary>An RTP packet whose payload tells its index.</summary>
    public static byte[] Rtp(long index, uint ssrc = Ssrc, int payload = 160)
    {
        var packet = new byte[12 + payload];
        packet[0] = 0x80;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)index);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)(160 * index));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        new Random((int)index).NextBytes(packet.AsSpan(12));
        return packet;
    }

    /// <summary>A receiver report without blocks, and a goodbye.</summary>
    public static byte[] Rtcp(uint ssrc = Ssrc)
    {
        var packet = new byte[16];
        (packet[0], packet[1], packet[3], packet[8], packet[9], packet[11]) = (0x80, 201, 1, 0x81, 203, 1);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), ssrc);
        return packet;
    }

    public byte[] Seal(byte[] packet)
    {
        var buffer = new byte[packet.Length + SrtpSuite.GrowthMaxBytes];
        packet.CopyTo(buffer, 0);
        var length = packet.Length;
        Assert.Equal(SrtpVerdict.Done, Sender.ProtectRtp(buffer, ref length));
        return buffer[..length];
    }

    public byte[] SealRtcp(byte[] packet)
    {
        var buffer = new byte[packet.Length + SrtpSuite.GrowthMaxBytes];
        packet.CopyTo(buffer, 0);
        var length = packet.Length;
        Assert.Equal(SrtpVerdict.Done, Sender.ProtectRtcp(buffer, ref length));
        return buffer[..length];
    }

    public SrtpVerdict Open(byte[] packet) => Receiver.OpenRtp(packet.ToArray(), out _);

    public void OpensAs(byte[] expected, byte[] packet)
    {
        var copy = packet.ToArray();
        Assert.Equal(SrtpVerdict.Done, Receiver.OpenRtp(copy, out var length));
        Assert.Equal(expected, copy[..length]);
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}
