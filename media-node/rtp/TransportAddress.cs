using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OrleansAcd.Rtp;

/// <summary>An IP address and a UDP or TCP port as a value: comparing and copying allocates nothing.</summary>
/// <remarks>IPv4 is kept in its IPv6-mapped form, so one peer has one value. Zero means "none".</remarks>
public readonly record struct TransportAddress(ulong High, ulong Low, ushort Port)
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    public bool IsNone => High == 0 && Low == 0 && Port == 0;

    public bool IsIpV4 => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary>The IPv4 address in host order; only when <see cref="IsIpV4"/>.</summary>
    public uint IpV4 => (uint)Low;

    public static TransportAddress FromIpV4(uint address, ushort port) => new(0, MappedPrefix | address, port);

    public static TransportAddress From(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? FromIpV4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)port)
            : new TransportAddress(
                BinaryPrimitives.ReadUInt64BigEndian(bytes),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
                (ushort)port);
    }

    public static TransportAddress From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return From(endPoint.Address, endPoint.Port);
    }

    public bool IsSameHost(TransportAddress other) => High == other.High && Low == other.Low;

    public TransportAddress WithPort(int port) => this with { Port = (ushort)port };

    /// <summary>Allocates; for set-up and messages, not for packets.</summary>
    public IPEndPoint ToIpEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPEndPoint(new IPAddress(IsIpV4 ? bytes[12..] : bytes), Port);
    }

    public override string ToString() => ToIpEndPoint().ToString();
}
