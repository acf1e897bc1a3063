using System.Buffers.Binary;
using OrleansAcd.MediaCore;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Rtp;

/// <summary>Reads UDP payloads over IPv4 and Ethernet from a classic little-endian pcap file; enough for the
/// vectors.</summary>
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
            if (frame.Length < 42 || frame[12] != 8 || frame[13] != 0 || frame[23] != 17) continue;

            var udp = 14 + (4 * (frame[14] & 0x0F));
            var udpLength = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(udp + 4));
            var arrival = Instant.FromMilliseconds((seconds * 1_000.0) + (micros / 1_000.0));
            yield return (arrival, frame[(udp + 8)..(udp + udpLength)]);
        }
    }
}
