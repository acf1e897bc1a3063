using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.MediaNode.Node;

/// <summary>The centre's trunks: by the address that their requests come from, and by name for calls out.</summary>
internal sealed class TrunkBook
{
    /// <summary>Addresses of one trunk that are looked at.</summary>
    public const int SourcesMax = 16;

    public const int TrunksMax = 1_000;

    private FrozenDictionary<IPAddress, TrunkSettings> _bySource = FrozenDictionary<IPAddress, TrunkSettings>.Empty;
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
    }

    /// <summary>The trunk that a request comes from; null: none of ours.</summary>
    public TrunkSettings? From(IPEndPoint? source) =>
        source is null ? null : _bySource.GetValueOrDefault(Plain(source.Address));

    public TrunkSettings? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Hosts that calls out go to and that are names.</summary>
    public IEnumerable<string> HostNames()
    {
        foreach (var trunk in _byId.Values)
        {
            var isName = SipUri.TryParse(trunk.Uri, out var uri) && uri.IsSip && !uri.TryGetAddress(out _);
            if (isName) yield return uri!.Host;
        }
    }

    private static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
