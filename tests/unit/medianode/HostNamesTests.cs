using System.Net;
using System.Net.Sockets;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A trunk's host is looked up beside the loop, kept, and asked for again.</summary>
public sealed class HostNamesTests
{
    private readonly Dictionary<string, IPAddress[]> _answers = [];
    private readonly List<string> _asked = [];
    private readonly HostNames _names;
    private Instant _now = Instant.FromMilliseconds(1_000);

    public HostNamesTests() => _names = new HostNames(AddressFamily.InterNetwork, LookUp, act =>
    {
        act();
        return true;
    });

    [Fact]
    public void AWatchedHostIsFoundByTheAddressOfOurFamily()
    {
        _answers["sip.example.com"] = [IPAddress.IPv6Loopback, IPAddress.Parse("192.0.2.1")];

        _names.Watch(["sip.example.com"], _now);

        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5061), Find("SIP.example.com"));
        Assert.Null(Find("other.example.com"));
    }

    [Fact]
    public void AnAddressStaysUntilAnotherIsFound()
    {
        _answers["a"] = [IPAddress.Parse("192.0.2.1")];
        _names.Watch(["a"], _now);

        _answers.Remove("a");
        Pass();
        Assert.Equal(IPAddress.Parse("192.0.2.1"), Find("a")!.Address);
        Assert.Equal((1L, 0), (_names.Failures, _names.Lookups));

        _answers["a"] = [IPAddress.Parse("192.0.2.2")];
        Pass();
        Assert.Equal(IPAddress.Parse("192.0.2.2"), Find("a")!.Address);
    }

    [Fact]
    public void OnlyNewHostsAreAskedForAtOnceAndOthersWhenItIsTime()
    {
        _names.Watch(["a"], _now);
        _names.Watch(["a", "b"], _now);
        _names.Refresh(_now);
        Assert.Equal(["a", "b"], _asked);

        Pass();
        Assert.Equal(4, _asked.Count);
    }

    [Fact]
    public void AHostThatIsNoTrunksAnyMoreIsForgotten()
    {
        _answers["a"] = [IPAddress.Loopback];
        _names.Watch(["a"], _now);

        _names.Watch([], _now);
        Pass();

        Assert.Null(Find("a"));
        Assert.Single(_asked);
    }

    [Fact]
    public void ALoopThatTakesNothingIsAskedAgain()
    {
        var isOpen = false;
        var names = new HostNames(
            AddressFamily.InterNetwork,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]),
            act =>
            {
                if (isOpen) act();
                return isOpen;
            });
        names.Watch(["a"], _now);
        Assert.Null(names.Resolve("a", 1, SipTransport.Udp));

        isOpen = true;
        names.Refresh(_now + HostNames.RefreshPeriod);
        Assert.NotNull(names.Resolve("a", 1, SipTransport.Udp));
    }

    private void Pass()
    {
        _now += HostNames.RefreshPeriod;
        _names.Refresh(_now);
    }

    private IPEndPoint? Find(string host) => _names.Resolve(host, 5061, SipTransport.Tls);

    private Task<IPAddress[]> LookUp(string host, CancellationToken end)
    {
        _asked.Add(host);
        return _answers.TryGetValue(host, out var addresses)
            ? Task.FromResult(addresses)
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }
}
