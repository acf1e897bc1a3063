using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Io.Tls;

namespace OrleansAcd.Cli;

/// <summary>Where a centre in one process is bound and keeps its data.</summary>
internal sealed record CentreHostOptions
{
    public required IPEndPoint Sip { get; init; }

    /// <summary>Where phones and trunks connect by TLS, with which certificates; null: no TLS.</summary>
    public TlsOptions? Tls { get; init; }

    public required IPEndPoint Http { get; init; }

    public PortRange RtpPorts { get; init; } = new(20_000, 29_999);

    /// <summary>Audio codecs in their order; empty: by the settings.</summary>
    public ImmutableArray<AudioCodecId> Codecs { get; init; } = [];

    /// <summary>Video of one party in bits a second; null: by the settings.</summary>
    public int? VideoBandwidthMax { get; init; }

    public required DirectoryInfo Data { get; init; }

    public IPAddress? Advertise { get; init; }

    /// <summary>Says nothing about what goes well.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>The address phones are told: the one given, the one bound, or this machine's first that others
    /// reach.</summary>
    public IPAddress AdvertisedAddress()
    {
        if (Advertise is not null) return Advertise;
        if (!Sip.Address.Equals(IPAddress.Any) && !Sip.Address.Equals(IPAddress.IPv6Any)) return Sip.Address;

        var family = Sip.Address.AddressFamily;
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up
                && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(entry => entry.Address)
            .FirstOrDefault(address => address.AddressFamily == family && !address.IsIPv6LinkLocal)
            ?? (family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback);
    }
}
