using System.Net;
using System.Net.Sockets;

namespace OrleansAcd.Tests.Common;

/// <summary>Neighbouring loopback ports that no other test of this machine uses until this is disposed, below those
/// that the system gives away by itself.</summary>
/// <remarks>Ports come in units; who listens by TCP on a unit's last port has it, in whichever process. That port is
/// the only one of a block that its owner cannot listen on by TCP; for UDP it is as free as the others.</remarks>
internal sealed class PortBlock : IDisposable
{
    public const int UnitPorts = 100;

    private const int LowestPort = 10_000;
    private const int Units = 226;

    private static int s_next = Environment.ProcessId * 17 % Units;

    private readonly List<Socket> _guards;

    private PortBlock(int first, int count, List<Socket> guards) => (First, Count, _guards) = (first, count, guards);

    /// <summary>Even.</summary>
    public int First { get; }

    public int Last => First + Count - 1;

    public int Count { get; }

    /// <summary>The next free ones; units rest as long as possible before they are used again.</summary>
    public static PortBlock Take(int count)
    {
        var units = (count + UnitPorts - 1) / UnitPorts;
        for (var attempt = 0; attempt < 2 * Units; attempt++)
        {
            var unit = (uint)Interlocked.Add(ref s_next, units) % Units;
            if (unit + units <= Units && Guard((int)unit, units) is { } guards)
            {
                return new PortBlock(LowestPort + ((int)unit * UnitPorts), count, guards);
            }
        }

        throw new InvalidOperationException($"no {count} neighbouring ports are free");
    }

    public void Dispose() => _guards.ForEach(guard => guard.Dispose());

    private static List<Socket>? Guard(int unit, int units)
    {
        var guards = new List<Socket>(units);
        for (var i = 0; i < units; i++)
        {
            var first = LowestPort + ((unit + i) * UnitPorts);
            if (Listen(first + UnitPorts - 1) is { } guard) guards.Add(guard);
            if (guards.Count == i + 1 && AreFree(first)) continue;

            guards.ForEach(taken => taken.Dispose());
            return null;
        }

        return guards;
    }

    private static Socket? Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Nobody who does not ask here holds any of them.</summary>
    private static bool AreFree(int first)
    {
        try
        {
            for (var port = first; port < first + UnitPorts; port++)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
