using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Signalling;

/// <summary>Random bits from the system's generator, fetched a page at a time. For one thread.</summary>
public sealed class SystemIds : IIdSource
{
    private readonly byte[] _page = new byte[1_024];
    private int _used = 1_024;

    public ulong NextBits()
    {
        if (_used == _page.Length)
        {
            RandomNumberGenerator.Fill(_page);
            _used = 0;
        }

        var bits = BinaryPrimitives.ReadUInt64LittleEndian(_page.AsSpan(_used));
        _used += sizeof(ulong);
        return bits;
    }
}
