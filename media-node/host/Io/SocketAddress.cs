using System.Buffers.Binary;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Io;

/// <summary>Linux's sockaddr_in and sockaddr_in6 as bytes, to and from <see cref="TransportAddress"/>.</summary>
internal static class SocketAddress
{
    public const int MaxBytes = 28;
    private const int InetBytes = 16;

    public static int Write(in TransportAddress address, bool asIpV6, Span<byte> at)
    {
        at[..MaxBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], address.Port);
        if (asIpV6)
        {
            BitConverter.TryWriteBytes(at, (ushort)LinuxNative.AddressFamilyInet6);
            BinaryPrimitives.WriteUInt64BigEndian(at[8..], address.High);
            BinaryPrimitives.WriteUInt64BigEndian(at[16..], address.Low);
            return MaxBytes;
        }

        BitConverter.TryWriteBytes(at, (ushort)LinuxNative.AddressFamilyInet);
        BinaryPrimitives.WriteUInt32BigEndian(at[4..], address.IpV4);
        return InetBytes;
    }

    public static TransportAddress Read(ReadOnlySpan<byte> at)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(at[2..]);
        return BitConverter.ToUInt16(at) == LinuxNative.AddressFamilyInet6
            ? new TransportAddress(
                BinaryPrimitives.ReadUInt64BigEndian(at[8..]), BinaryPrimitives.ReadUInt64BigEndian(at[16..]), port)
            : TransportAddress.FromIpV4(BinaryPrimitives.ReadUInt32BigEndian(at[4..]), port);
    }
}
