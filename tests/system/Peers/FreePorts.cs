using System.Net;
using System.Net.Sockets;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Free loopback ports for peers that cannot take port 0 themselves. A port is given out once in a test
/// run.</summary>
public static class FreePorts
{
    private static readonly Lock Gate = new();
    private static int _next = 10_000 + (Environment.ProcessId % 190 * 20);

    /// <summary>The first of <paramref name="count"/> neighbouring free UDP and TCP ports; even.</summary>
    public static int Udp(int count = 2)
    {
        lock (Gate)
        {
            for (var attempt = 0; attempt < 1_000; attempt++)
            {
                var first = _next;
                _next += count + (count % 2);
                if (_next > 13_900) _next = 10_000;
                if (Enumerable.Range(first, count).All(IsFree)) return first;
            }
        }

        throw new InvalidOperationException("no free ports between 10000 and 14000");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
