using System.Net;
using System.Net.Sockets;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A trunk's host is looked up beside the loop, kept, and asked for again; servers that failed are passed
/// over (RFC 3263 §4.3).</summary>
public sealed class HostNamesTests
{
    private static readonly SipDestination A = new("a", 5061, SipTransport.Tls);
    private static readonly SipDestination B = new("b", 5061, SipTransport.Tls);

    private readonly Dictionary<SipDestination, SipHop[]> _answers = [];
    private readonly List<SipDestination> _asked = [];
    private readonly HostNames _names;
    private Instant _now = Instant.FromMilliseconds(1_000);

    public HostNamesTests() => _names = new HostNames(
        LookUp,
        act =>
        {
            act();
            return true;
        },
        () => _now);

    [Fact]
    public void AWatchedHostIsFoundAndNoOther()
    {
        _answers[A] = [Hop(1)];

        _names.Watch([A], _now);

        Assert.Equal(Hop(1), _names.Resolve(A));
        Assert.Null(_names.Resolve(B));
    }

    /// <summary>A Contact names the trunk's host with a port of its own.</summary>
    [Fact]
    public void AnotherPortOfAWatchedHostIsFoundAtItsAddress()
    {
        _answers[A] = [Hop(1)];
        _names.Watch([A], _now);

        Assert.Equal(
            new SipHop(SipTransport.Udp, new IPEndPoint(Hop(1).Remote.Address, 5080)),
            _names.Resolve(new SipDestination("a", 5080, null)));
    }

    [Fact]
    public void AnAddressStaysUntilAnotherIsFound()
    {
        _answers[A] = [Hop(1)];
        _names.Watch([A], _now);

        _answers.Remove(A);
        Pass();
        Assert.Equal(Hop(1), _names.Resolve(A));
        Assert.Equal((1L, 0), (_names.Failures, _names.Lookups));

        _answers[A] = [Hop(2)];
        Pass();
        Assert.Equal(Hop(2), _names.Resolve(A));
    }

    [Fact]
    public void AServerThatFailedIsPassedOverForAWhileUnlessAllHave()
    {
        _answers[A] = [Hop(1), Hop(2)];
        _names.Watch([A], _now);

        _names.Avoid(Hop(1).Remote);
        Assert.Equal(Hop(2), _names.Resolve(A));
        _names.Avoid(Hop(2).Remote);
        Assert.Equal(Hop(1), _names.Resolve(A));

        _now += HostNames.AvoidPeriod;
        _names.Refresh(_now);
        Assert.Equal((Hop(1), 0), (_names.Resolve(A), _names.Avoided));
    }

    [Fact]
    public void NoMoreServersArePassedOverThanTheLimit()
    {
        for (var i = 0; i < 3 * HostNames.AvoidedMax; i++) _names.Avoid(new IPEndPoint(IPAddress.Loopback, i + 1));

        Assert.InRange(_names.Avoided, 1, HostNames.AvoidedMax);
    }

    [Fact]
    public void OnlyNewHostsAreAskedForAtOnceAndOthersWhenItIsTime()
    {
        _names.Watch([A], _now);
        _names.Watch([A, B], _now);
        _names.Refresh(_now);
        Assert.Equal([A, B], _asked);

        Pass();
        Assert.Equal(4, _asked.Count);
    }

    [Fact]
    public void AHostThatIsNoTrunksAnyMoreIsForgotten()
    {
        _answers[A] = [Hop(1)];
        _names.Watch([A], _now);

        _names.Watch([], _now);
        Pass();

        Assert.Null(_names.Resolve(A));
        Assert.Single(_asked);
    }

    [Fact]
    public void ALoopThatTakesNothingIsAskedAgain()
    {
        var isOpen = false;
        var names = new HostNames(
            (_, _) => Task.FromResult<IReadOnlyList<SipHop>>([Hop(1)]),
            act =>
            {
                if (isOpen) act();
                return isOpen;
            },
            () => _now);
        names.Watch([A], _now);
        Assert.Null(names.Resolve(A));

        isOpen = true;
        names.Refresh(_now + HostNames.RefreshPeriod);
        Assert.NotNull(names.Resolve(A));
    }

    private static SipHop Hop(byte last) =>
        new(SipTransport.Tls, new IPEndPoint(new IPAddress([192, 0, 2, last]), 5061));

    private void Pass()
    {
        _now += HostNames.RefreshPeriod;
        _names.Refresh(_now);
    }

    private Task<IReadOnlyList<SipHop>> LookUp(SipDestination to, CancellationToken end)
    {
        _asked.Add(to);
        return _answers.TryGetValue(to, out var hops)
            ? Task.FromResult<IReadOnlyList<SipHop>>(hops)
            : Task.FromException<IReadOnlyList<SipHop>>(new SocketException((int)SocketError.HostNotFound));
    }
}
