using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.MediaNode.Node;

/// <summary>The centre's trunks: by the address that their requests come from, and by name for calls out.</summary>
internal sealed class TrunkBook
{
    /// <summary>Addresses of one trunk that are looked at.</summary>
    public const int SourcesMax = 16;

    public const int TrunksMax = 1_000;

    private FrozenDictionary<IPAddress, TrunkSettings> _bySource = FrozenDictionary<IPAddress, TrunkSettings>.Empty;
    private FrozenDictionary<string, TrunkSettings> _byCertificate = FrozenDictionary<string, TrunkSettings>.Empty;
    private FrozenDictionary<string, string> _certificateByHost = FrozenDictionary<string, string>.Empty;
    private FrozenDictionary<string, TrunkSettings> _byId = FrozenDictionary<string, TrunkSettings>.Empty;

    /// <summary>Takes all trunks anew; where two name one address, the first has it.</summary>
    public void Apply(ImmutableArray<TrunkSettings> trunks)
    {
        var bySource = new Dictionary<IPAddress, TrunkSettings>();
        var byId = new Dictionary<string, TrunkSettings>(StringComparer.Ordinal);
        foreach (var trunk in trunks.IsDefault ? [] : trunks.Take(TrunksMax))
        {
            byId.TryAdd(trunk.Id, trunk);
            foreach (var source in trunk.Sources.IsDefault ? [] : trunk.Sources.Take(SourcesMax))
            {
                if (IPAddress.TryParse(source, out var address)) bySource.TryAdd(Plain(address), trunk);
            }
        }

        (_bySource, _byId) = (bySource.ToFrozenDictionary(), byId.ToFrozenDictionary(StringComparer.Ordinal));
        ApplyCertificates(byId.Values.Where(trunk => trunk.CertificateName is not null));
    }

    private void ApplyCertificates(IEnumerable<TrunkSettings> trunks)
    {
        var byCertificate = new Dictionary<string, TrunkSettings>(StringComparer.OrdinalIgnoreCase);
        var byHost = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var trunk in trunks)
        {
            byCertificate.TryAdd(trunk.CertificateName!, trunk);
            if (SipUri.TryParse(trunk.Uri, out var uri)) byHost.TryAdd(uri.Host, trunk.CertificateName!);
        }

        _byCertificate = byCertificate.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _certificateByHost = byHost.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Some trunk is known by its certificate.</summary>
    public bool HaveCertificates => _byCertificate.Count > 0;

    /// <summary>The trunk that a request comes from; null: none of ours.</summary>
    /// <remarks>One that has a certificate name is known by that alone (RFC 5922 section 7): an address can be
    /// forged.</remarks>
    /// <param name="source">Its address.</param>
    /// <param name="certificateNames">Of a trusted certificate that it showed over TLS.</param>
    public TrunkSettings? From(IPEndPoint? source, IReadOnlyList<string>? certificateNames = null)
    {
        foreach (var name in certificateNames ?? [])
        {
            if (_byCertificate.TryGetValue(name, out var trunk)) return trunk;
        }

        var atAddress = source is null ? null : _bySource.GetValueOrDefault(Plain(source.Address));
        return atAddress is { CertificateName: null } ? atAddress : null;
    }

    /// <summary>The name that the certificate at a trunk's host must hold; null: the host itself.</summary>
    public string? CertificateNameOf(string host) => _certificateByHost.GetValueOrDefault(host);

    public TrunkSettings? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The first trunk, by id, that goes to this host; null: none.</summary>
    public TrunkSettings? FindAt(string host)
    {
        foreach (var trunk in _byId.Values.OrderBy(trunk => trunk.Id, StringComparer.Ordinal))
        {
            var goesThere = SipUri.TryParse(trunk.Uri, out var uri)
                && uri.Host.Equals(host, StringComparison.OrdinalIgnoreCase);
            if (goesThere) return trunk;
        }

        return null;
    }

    /// <summary>Where calls out go to by a name.</summary>
    public IEnumerable<SipDestination> Destinations()
    {
        foreach (var trunk in _byId.Values)
        {
            var isName = SipUri.TryParse(trunk.Uri, out var uri) && uri.IsSip && !uri.TryGetAddress(out _);
            if (isName) yield return SipDestination.Of(uri!);
        }
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
