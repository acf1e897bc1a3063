using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>RFC 3263 §4: the transport by NAPTR, port and server by SRV, the address by A or AAAA; each step only where
/// the URI leaves it open.</summary>
public sealed class SipLocatorTests
{
    private readonly KnownNames _names = new();

    [Theory]
    [InlineData("sip:example.com:5070", "Udp 192.0.2.1:5070", "")]
    [InlineData("sip:example.com:5070;transport=tcp", "Tcp 192.0.2.1:5070", "")]
    [InlineData("sips:example.com", "Tls 192.0.2.1:5061", "example.com _sips._tcp.example.com")]
    [InlineData("sip:example.com;transport=tcp", "Tcp 192.0.2.1:5060", "_sip._tcp.example.com")]
    [InlineData("sip:Example.com", "Udp 192.0.2.1:5060", "example.com _sip._udp.example.com _sip._tcp.example.com")]
    public async Task WithoutRecordsTheHostsAddressIsTaken(string uri, string expected, string asked)
    {
        Assert.Equal([expected], await Locate(uri));
        Assert.Equal(asked, string.Join(' ', _names.Asked));
    }

    [Fact]
    public async Task ServersOfTheNamedTransportAreTriedInTheirOrder()
    {
        Srv("_sip._tcp.example.com", new SrvRecord(20, 0, 5080, "b.example.com"), new SrvRecord(10, 0, 5070, "a.example.com"));
        Srv("_sip._udp.example.com", new SrvRecord(10, 0, 5090, "a.example.com"));

        Assert.Equal(["Tcp 192.0.2.11:5070", "Tcp 192.0.2.12:5080"], await Locate("sip:example.com;transport=tcp"));
    }

    [Fact]
    public async Task TheDomainsOwnOrderOfTransportsCounts()
    {
        _names.Transports["example.com"] =
        [
            new(20, 1, "s", "SIP+D2U", "_sip._udp.example.com"),
            new(10, 2, "S", "sip+d2t", "_sip._tcp.example.com"),
            new(10, 1, "s", "SIPS+D2T", "_sips._tcp.example.com"),
            new(1, 1, "u", "E2U+sip", "!.*!sip:x@y!"),
        ];
        Srv("_sips._tcp.example.com", new SrvRecord(1, 0, 5061, "a.example.com"));
        Srv("_sip._tcp.example.com", new SrvRecord(1, 0, 5060, "a.example.com"));
        Srv("_sip._udp.example.com", new SrvRecord(1, 0, 5060, "b.example.com"));

        Assert.Equal(
            ["Tls 192.0.2.11:5061", "Tcp 192.0.2.11:5060", "Udp 192.0.2.12:5060"], await Locate("sip:example.com"));
    }

    /// <summary>§4.1: for a SIPS URI services without SIPS are discarded.</summary>
    [Fact]
    public async Task ADomainSaysWhereItsTlsIsAndNothingElseIsTaken()
    {
        _names.Transports["example.com"] =
        [
            new(1, 1, "s", "SIP+D2U", "_sip._udp.example.com"), new(2, 1, "s", "SIPS+D2T", "_sips._tcp.other.example"),
        ];
        Srv("_sip._udp.example.com", new SrvRecord(1, 0, 5060, "b.example.com"));
        Srv("_sips._tcp.other.example", new SrvRecord(1, 0, 5071, "a.example.com"));

        Assert.Equal(["Tls 192.0.2.11:5071"], await Locate("sips:example.com"));
    }

    /// <summary>RFC 2782: a target of "." says that the service is decidedly not there.</summary>
    [Fact]
    public async Task AServerWithoutANameOrAddressIsLeftOut()
    {
        Srv("_sip._udp.example.com", new SrvRecord(1, 0, 5060, ""), new(2, 0, 5060, "gone.example.com"), new(3, 0, 5062, "b.example.com"));

        Assert.Equal(["Udp 192.0.2.12:5062"], await Locate("sip:example.com"));
    }

    [Fact]
    public async Task NoMoreServersAreKeptThanTheLimit()
    {
        Srv("_sip._udp.example.com", [.. Enumerable.Range(1, 60).Select(i => new SrvRecord(1, 0, (ushort)i, "a.example.com"))]);

        Assert.Equal(SipLocator.HopsMax, (await Locate("sip:example.com")).Length);
    }

    /// <summary>§4.2: addresses of the domain itself count "if no SRV records were found": not where all that are
    /// there say that there is no service, or lead nowhere.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("gone.example.com")]
    public async Task WhereServicesLeadNowhereTheDomainsOwnAddressIsNotTaken(string target)
    {
        Srv("_sip._udp.example.com", new SrvRecord(1, 0, 5060, target));

        Assert.Empty(await Locate("sip:example.com"));
    }

    /// <summary>RFC 1035 §3.2.1: nothing is kept longer than the shortest-lived record that it was found by.</summary>
    [Fact]
    public async Task TheShortestTimeToLiveCounts()
    {
        Srv("_sip._tcp.example.com", new SrvRecord(1, 0, 5060, "a.example.com"));
        _names.TimesToLive["_sip._tcp.example.com"] = TimeSpan.FromSeconds(300);
        _names.TimesToLive["a.example.com"] = TimeSpan.FromSeconds(20);

        var found = await Find("sip:example.com;transport=tcp");

        Assert.Equal((TimeSpan.FromSeconds(20), true), (found.TimeToLive, found.IsCertain));
    }

    /// <summary>A domain that wants TLS, and whose name server does not say so just now, is not known to want
    /// UDP.</summary>
    [Theory]
    [InlineData("example.com", false)]
    [InlineData("_sip._udp.example.com", false)]
    [InlineData("b.example.com", true)]
    public async Task WithoutAnAnswerAboutServicesNothingIsCertain(string silent, bool isCertain)
    {
        Srv("_sip._udp.example.com", new SrvRecord(1, 0, 5060, "a.example.com"), new(2, 0, 5060, "b.example.com"));
        _names.Silent.Add(silent);

        Assert.Equal(isCertain, (await Find("sip:example.com")).IsCertain);
    }

    private void Srv(string name, params SrvRecord[] servers) => _names.Services[name] = servers;

    private Task<LocatedServers> Find(string uri) =>
        new SipLocator(_names).Locate(SipDestination.Of(SipUri.Parse(uri)), CancellationToken.None);

    private async Task<string[]> Locate(string uri) =>
        [.. (await Find(uri)).Hops.Select(hop => $"{hop.Transport} {hop.Remote}")];
}
