using System.Net;
using OrleansAcd.Tests.Common;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Loopback ports for peers that cannot take port 0 themselves, UDP and TCP. A port is given out once in a
/// test run.</summary>
public static class FreePorts
{
    private static readonly Lock Gate = new();
    private static readonly List<PortBlock> Blocks = [];
    private static int _next;
    private static int _last;

    /// <summary>The first of <paramref name="count"/> neighbouring ports; even.</summary>
    public static int Udp(int count = 2)
    {
        lock (Gate)
        {
            if (_next + count - 1 > _last) TakeBlock();
            var first = _next;
            _next += count + (count % 2);
            return first;
        }
    }

    /// <summary>Kept until the run ends; its last two ports are left out, since one says whose it is.</summary>
    private static void TakeBlock()
    {
        var block = PortBlock.Take(PortBlock.UnitPorts);
        Blocks.Add(block);
        (_next, _last) = (block.First, block.Last - 2);
    }
}
