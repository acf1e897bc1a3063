using System.Net;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Location;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Names of one test: what each has, and who was asked for.</summary>
internal sealed class KnownNames : INameRecords
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public Dictionary<string, NaptrRecord[]> Transports { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, SrvRecord[]> Services { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, IPAddress[]> Addresses { get; } = new()
    {
        ["example.com"] = [IPAddress.Parse("192.0.2.1")],
        ["a.example.com"] = [IPAddress.Parse("192.0.2.11")],
        ["b.example.com"] = [IPAddress.Parse("192.0.2.12")],
    };

    public Dictionary<string, TimeSpan> TimesToLive { get; } = [];

    /// <summary>Names that nobody answers for.</summary>
    public HashSet<string> Silent { get; } = [];

    /// <summary>Names whose services were asked for.</summary>
    public List<string> Asked { get; } = [];

    Task<NameAnswer<NaptrRecord>> INameRecords.Transports(string domain, CancellationToken end)
    {
        Asked.Add(domain);
        return Answer(Transports, domain);
    }

    Task<NameAnswer<SrvRecord>> INameRecords.Services(string service, CancellationToken end)
    {
        Asked.Add(service);
        return Answer(Services, service);
    }

    Task<NameAnswer<IPAddress>> INameRecords.Addresses(string host, CancellationToken end) => Answer(Addresses, host);

    private Task<NameAnswer<T>> Answer<T>(Dictionary<string, T[]> known, string name)
    {
        var life = TimesToLive.GetValueOrDefault(name, Minute);
        return Task.FromResult(Silent.Contains(name)
            ? new NameAnswer<T>([], Minute, false)
            : new NameAnswer<T>(known.GetValueOrDefault(name, []), life, true));
    }
}
