using System.Globalization;

namespace OrleansAcd.Bench;

/// <summary>Datagrams that the kernel dropped because a socket's buffer was full (proc(5), net/udp, last
/// column).</summary>
/// <param name="AtRelay">In front of the relay.</param>
/// <param name="AtLoad">On the way back, in front of the load.</param>
internal readonly record struct UdpDrops(long AtRelay, long AtLoad)
{
    private const int Local = 1;
    private const int Remote = 2;

    public static UdpDrops operator -(UdpDrops left, UdpDrops right) =>
        new(left.AtRelay - right.AtRelay, left.AtLoad - right.AtLoad);

    public static UdpDrops Read(IReadOnlySet<int> relayPorts)
    {
        var (atRelay, atLoad) = (0L, 0L);
        foreach (var line in File.ReadLines("/proc/net/udp").Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var drops = long.Parse(fields[^1], CultureInfo.InvariantCulture);
            if (relayPorts.Contains(PortOf(fields[Local]))) atRelay += drops;
            else if (relayPorts.Contains(PortOf(fields[Remote]))) atLoad += drops;
        }

        return new UdpDrops(atRelay, atLoad);
    }

    /// <summary>"0100007F:1F90": address and port, hexadecimal.</summary>
    private static int PortOf(string address) =>
        int.Parse(address.AsSpan(address.Length - 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
