using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace OrleansAcd.Cli;

/// <summary>Options whose values are addresses, port ranges and folders: one line says what is wrong with a bad
/// one.</summary>
internal static class EndpointOption
{
    /// <summary>HOST:PORT with a numeric host; port 0 takes any free one.</summary>
    public static Option<IPEndPoint> Endpoint(string name, string description, IPEndPoint otherwise) => new(name)
    {
        Description = $"{description} [{otherwise}]",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => ParseEndpoint(name, result),
    };

    /// <summary>A-B, both within 1024..65535, an even A.</summary>
    public static Option<PortRange> Ports(string name, string description, PortRange otherwise) => new(name)
    {
        Description = $"{description} [{otherwise}]",
        HelpName = "A-B",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => ParsePorts(name, result),
    };

    public static Option<IPAddress?> Address(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "IP",
        CustomParser = result => ParseAddress(name, result),
    };

    private static IPEndPoint? ParseEndpoint(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase);
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endpoint))
            return endpoint;

        result.AddError($"{name}: '{text}' is not HOST:PORT with a numeric host, such as 127.0.0.1:5060 or [::1]:5060");
        return null;
    }

    private static PortRange ParsePorts(string name, ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var parts = text.Split('-');
        if (parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first is >= 1024 and <= 65534 && last <= 65535 && last > first && first % 2 == 0)
        {
            return new PortRange(first, last);
        }

        result.AddError($"{name}: '{text}' is not a range A-B with 1024 <= A < B <= 65535 and an even A");
        return default;
    }

    private static IPAddress? ParseAddress(string name, ArgumentResult result)
    {
        if (IPAddress.TryParse(result.Tokens[0].Value, out var address)) return address;

        result.AddError($"{name}: '{result.Tokens[0].Value}' is not an IP address");
        return null;
    }
}

/// <summary>A range of ports, both ends included.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    public override string ToString() => $"{First}-{Last}";
}
