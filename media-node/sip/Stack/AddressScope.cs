using System.Net;
using System.Net.Sockets;

namespace OrleansAcd.Sip.Stack;

/// <summary>Addresses that mean something inside one network only: RFC 1918, RFC 3927, RFC 4193, RFC 6598.</summary>
internal static class AddressScope
{
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily is not AddressFamily.InterNetwork)
        {
            return address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal;
        }

        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return (bytes[0], bytes[1]) switch
        {
            (10, _) or (192, 168) or (169, 254) => true,
            (172, var second) => second is >= 16 and < 32,
            (100, var second) => second is >= 64 and < 128,
            _ => false,
        };
    }
}
