using System.Buffers.Binary;
using OrleansAcd.MediaCore;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Rtp;

/// <summary>Reads UDP payloads over IPv4, over Ethernet or PPPoE, from a classic little-endian pcap file; enough for
/// the vectors.</summary>
internal static class PcapUdp
{
    public static IEnumerable<(Instant At, byte[] Payload)> Read(string path)
    {
        var file = File.ReadAllBytes(path);
        Assert.Equal(0xA1B2C3D4u, BinaryPrimitives.ReadUInt32LittleEndian(file));
        for (var at = 24; at + 16 <= file.Length;)
        {
            var seconds = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
            var micros = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4));
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8));
            var frame = file[(at + 16)..(at + 16 + length)];
            at += 16 + length;
            var ip = IpOffset(frame);
            if (frame.Length < ip + 28 || frame[ip + 9] != 17) continue;

            var udp = ip + (4 * (frame[ip] & 0x0F));
            var udpLength = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(udp + 4));
            var arrival = Instant.FromMilliseconds((seconds * 1_000.0) + (micros / 1_000.0));
            yield return (arrival, frame[(udp + 8)..(udp + udpLength)]);
        }
    }

    /// <summary>Behind Ethernet, or behind the PPPoE of a phone on a DSL line.</summary>
    private static int IpOffset(byte[] frame)
    {
        if (frame.Length < 22) return frame.Length;

        return (BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12)), frame[20], frame[21]) switch
        {
            (0x0800, _, _) => 14,
            (0x8864, 0x00, 0x21) => 22,
            _ => frame.Length,
        };
    }
}
