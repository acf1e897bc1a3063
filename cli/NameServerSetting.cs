using System.Net;
using Microsoft.Extensions.Configuration;
using OrleansAcd.MediaNode.Node;

namespace OrleansAcd.Cli;

/// <summary>Whom to ask for the servers of trunks, the setting <c>Acd:Node:NameServers</c>: addresses, with a port
/// where it is not 53, in the order in which they are asked.</summary>
internal static class NameServerSetting
{
    private const string Key = "Acd:Node:NameServers";
    private const int DnsPort = 53;

    /// <exception cref="UsageException">It is none; the key, its value and what is allowed are named.</exception>
    public static MediaNodeOptions Fill(MediaNodeOptions node, IConfiguration settings)
    {
        if (settings[Key] is not { Length: > 0 } text) return node;

        var servers = text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(Read);
        return node with { NameServers = [.. servers] };
    }

    private static IPEndPoint Read(string text)
    {
        if (!IPEndPoint.TryParse(text, out var server))
        {
            throw new UsageException($"{Key}: '{text}' is not an address, such as 192.0.2.53 or [2001:db8::53]:5353");
        }

        return server.Port == 0 ? new IPEndPoint(server.Address, DnsPort) : server;
    }
}
