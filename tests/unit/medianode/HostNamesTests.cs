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

    private readonly Dictionary<SipDestination, LocatedServers> _answers = [];
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
        _answers[A] = Servers(Hop(1));

        _names.Watch([A], _now);

        Assert.Equal(Hop(1), _names.Resolve(A));
        Assert.Null(_names.Resolve(B));
    }

    /// <summary>A Contact names the trunk's host with a port of its own.</summary>
    [Fact]
    public void AnotherPortOfAWatchedHostIsFoundAtItsAddress()
    {
        _answers[A] = Servers(Hop(1));
        _names.Watch([A], _now);

        Assert.Equal(
            new SipHop(SipTransport.Udp, new IPEndPoint(Hop(1).Remote.Address, 5080)),
            _names.Resolve(new SipDestination("a", 5080, null)));
    }

    [Fact]
    public void AnAddressStaysUntilAnotherIsFound()
    {
        _answers[A] = Servers(Hop(1));
        _names.Watch([A], _now);

        _answers.Remove(A);
        Pass();
        Assert.Equal(Hop(1), _names.Resolve(A));
        Assert.Equal((1L, 0), (_names.Failures, _names.Lookups));

        _answers[A] = Servers(Hop(2));
        Pass();
        Assert.Equal(Hop(2), _names.Resolve(A));
    }

    /// <summary>RFC 1035 §3.2.1: asked again once the records' time is over, but neither without pause nor hardly
    /// ever.</summary>
    [Theory]
    [InlineData(0, 10)]
    [InlineData(30, 30)]
    [InlineData(86_400, 300)]
    public void AHostIsAskedForAgainWhenItsRecordsAreOver(int lives, int seconds)
    {
        _answers[A] = Servers(Hop(1)) with { TimeToLive = TimeSpan.FromSeconds(lives) };
        _names.Watch([A], _now);

        _names.Refresh(_now + TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.Single(_asked);
        _names.Refresh(_now + TimeSpan.FromSeconds(seconds));
        Assert.Equal(2, _asked.Count);
    }

    /// <summary>A domain's wish, TLS for one, is not forgotten because its name server is silent for once; nor is it
    /// remembered for ever.</summary>
    [Fact]
    public void WhatIsUncertainReplacesNothingThatIsTrusted()
    {
        var uncertain = Servers(Hop(2)) with { IsCertain = false };
        _answers[A] = uncertain;
        _names.Watch([A], _now);
        Assert.Equal(Hop(2), _names.Resolve(A));

        _answers[A] = Servers(Hop(1));
        Pass();
        _answers[A] = uncertain;
        Pass();
        Assert.Equal((Hop(1), 1L), (_names.Resolve(A), _names.Failures));

        _now += HostNames.TrustedFor;
        _names.Refresh(_now);
        Assert.Equal(Hop(2), _names.Resolve(A));
    }

    [Fact]
    public void NoMoreLookupsAreUnderWayThanTheLimitAndTheOthersFollow()
    {
        var open = new Dictionary<SipDestination, TaskCompletionSource<LocatedServers>>();
        var names = new HostNames(
            (to, _) => (open[to] = new TaskCompletionSource<LocatedServers>()).Task,
            act =>
            {
                act();
                return true;
            },
            () => _now);
        var many = Enumerable.Range(0, 40).Select(i => A with { Host = $"h{i}" }).ToList();

        names.Watch(many, _now);
        Assert.Equal((HostNames.LookupsMax, HostNames.LookupsMax), (names.Lookups, open.Count));

        foreach (var lookup in open.Values.ToArray()) lookup.SetResult(Servers(Hop(1)));
        names.Refresh(_now);
        Assert.Equal((HostNames.LookupsMax, 2 * HostNames.LookupsMax), (names.Lookups, open.Count));
    }

    [Fact]
    public void AServerThatFailedIsPassedOverForAWhileUnlessAllHave()
    {
        _answers[A] = Servers(Hop(1), Hop(2));
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
        _answers[A] = Servers(Hop(1));
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
            (_, _) => Task.FromResult(Servers(Hop(1))),
            act =>
            {
                if (isOpen) act();
                return isOpen;
            },
            () => _now);
        names.Watch([A], _now);
        Assert.Null(names.Resolve(A));

        isOpen = true;
        names.Refresh(_now + HostNames.RefreshMax);
        Assert.NotNull(names.Resolve(A));
    }

    private static SipHop Hop(byte last) =>
        new(SipTransport.Tls, new IPEndPoint(new IPAddress([192, 0, 2, last]), 5061));

    private void Pass()
    {
        _now += HostNames.RefreshMax;
        _names.Refresh(_now);
    }

    private static LocatedServers Servers(params SipHop[] hops) => new(hops, TimeSpan.FromMinutes(1), IsCertain: true);

    private Task<LocatedServers> LookUp(SipDestination to, CancellationToken end)
    {
        _asked.Add(to);
        return _answers.TryGetValue(to, out var found)
            ? Task.FromResult(found)
            : Task.FromException<LocatedServers>(new SocketException((int)SocketError.HostNotFound));
    }
}
