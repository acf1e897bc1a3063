using System.Net;
using System.Net.Sockets;

namespace OrleansAcd.Gateway.Access;

/// <summary>Counts wrong keys of each address (IPv6: of each /64) in windows of a minute.</summary>
/// <remarks>The right key is let in all the same: it cannot be guessed, and nobody can lock out who shares an
/// address.</remarks>
internal sealed class WrongKeys(int perMinuteMax, TimeProvider time)
{
    private const int AddressesMax = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, (long Started, int Count)> _counts = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>How long the address must wait; null: its wrong key was counted and may be answered as such.</summary>
    public TimeSpan? Count(IPAddress? address)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_counts.Count >= AddressesMax) Forget(now);
            // Too many addresses at once: what is left over shares one count.
            var key = Prefix(address);
            if (_counts.Count >= AddressesMax && !_counts.ContainsKey(key)) key = "";
            var (started, count) = _counts.GetValueOrDefault(key, (now, 0));
            var age = time.GetElapsedTime(started, now);
            if (age >= Window) (started, count, age) = (now, 0, TimeSpan.Zero);
            _counts[key] = (started, Math.Min(count + 1, perMinuteMax + 1));
            return count < perMinuteMax ? null : Window - age;
        }
    }

    private void Forget(long now)
    {
        foreach (var (key, value) in _counts.ToArray())
        {
            if (time.GetElapsedTime(value.Started, now) >= Window) _counts.Remove(key);
        }
    }

    private static string Prefix(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
