using System.Net;
using System.Net.Sockets;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Location;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Records are asked for by UDP and TCP (RFC 1035 §4.2); whatever comes back, there is a result in
/// time.</summary>
public sealed class NameServersTests : IDisposable
{
    private const string Service = "_sip._udp.example.com";

    /// <summary>Long enough for an answer over loopback on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(50);

    private readonly NameServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task ServicesAreReadAndLiveAsLongAsTheShortestOfThem()
    {
        _server.Add(
            Service, NameServer.Srv, 30, NameServer.Server(10, 5070, "pbx.example.com"),
            NameServer.Server(20, 5080, ""));

        var answer = await Ask().Services(Service, CancellationToken.None);

        Assert.Equal([new SrvRecord(10, 0, 5070, "pbx.example.com"), new SrvRecord(20, 0, 5080, "")], answer.Records);
        Assert.Equal((TimeSpan.FromSeconds(30), true), (answer.TimeToLive, answer.IsAnswered));
    }

    [Fact]
    public async Task TransportsAreRead()
    {
        _server.Add(
            "example.com", NameServer.Naptr, 60, NameServer.Transport(50, 60, "SIP+D2T", "_sip._tcp.example.com"));

        var answer = await Ask().Transports("example.com", CancellationToken.None);

        Assert.Equal([new NaptrRecord(50, 60, "s", "SIP+D2T", "_sip._tcp.example.com")], answer.Records);
    }

    [Fact]
    public async Task AddressesAreAskedOfTheGivenServers()
    {
        _server.Add("pbx.example.com", NameServer.A, 7, [192, 0, 2, 1], [192, 0, 2, 2]);

        var answer = await Ask().Addresses("pbx.example.com", CancellationToken.None);

        Assert.Equal(["192.0.2.1", "192.0.2.2"], answer.Records.Select(address => address.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(7), answer.TimeToLive);
    }

    /// <summary>Of the machine's hosts file, or in its search list.</summary>
    [Fact]
    public async Task ANameWithoutADotIsTheSystems()
    {
        var answer = await Ask().Addresses("localhost", CancellationToken.None);

        Assert.Contains(IPAddress.Loopback, answer.Records);
        Assert.Equal(0, _server.Asked);
    }

    /// <summary>§4.2.1: a truncated answer is asked for again by TCP; and no more of it is read than the
    /// limit.</summary>
    [Theory]
    [InlineData(40, 40)]
    [InlineData(1_500, NameServers.RecordsMax)]
    public async Task WhatDoesNotFitIntoADatagramComesByTcp(int servers, int read)
    {
        var many = Enumerable.Range(1, servers).Select(i => NameServer.Server(1, i, "pbx.example.com"));
        _server.Add(Service, NameServer.Srv, 60, [.. many]);

        var answer = await Ask().Services(Service, CancellationToken.None);

        Assert.Equal((read, true), (answer.Records.Count, answer.IsAnswered));
        Assert.Equal((1, 1), (_server.Asked, _server.AskedByTcp));
    }

    [Fact]
    public async Task ANameThatDoesNotExistIsAnAnswer()
    {
        var answer = await Ask().Services(Service, CancellationToken.None);

        Assert.Equal((0, true), (answer.Records.Count, answer.IsAnswered));
        Assert.Equal(1, _server.Asked);
    }

    [Fact]
    public async Task SilenceEndsInTimeAndIsNoAnswer()
    {
        _server.Reply = _ => null;
        var names = new NameServers(AddressFamily.InterNetwork, [_server.At], Impatience);

        var answer = await names.Services(Service, CancellationToken.None).WaitAsync(Patience);

        Assert.Equal((0, false, 1L), (answer.Records.Count, answer.IsAnswered, names.Unanswered));
        await Eventually.Is(() => _server.Asked == 2, "both questions arrived");
    }

    /// <summary>A lookup has many questions: a dead server delays the first of them alone.</summary>
    [Fact]
    public async Task TheServerThatAnsweredIsAskedFirstFromThenOn()
    {
        using var alive = new NameServer();
        _server.Reply = _ => null;
        var names = new NameServers(AddressFamily.InterNetwork, [_server.At, alive.At], TimeSpan.FromSeconds(2));

        for (var i = 0; i < 3; i++) Assert.True((await names.Services(Service, CancellationToken.None)).IsAnswered);

        Assert.Equal((1, 3), (_server.Asked, alive.Asked));
    }

    [Fact]
    public async Task WhoeverNeedsNoAnswerAnyMoreGetsNone()
    {
        using var end = new CancellationTokenSource();
        _server.Reply = _ =>
        {
            end.Cancel();
            return null;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Ask().Services(Service, end.Token));
    }

    /// <summary>RFC 5452 §9.1: what does not answer our question is no answer; nor is a failure. The next server is
    /// asked.</summary>
    [Theory]
    [InlineData("failure")]
    [InlineData("refused")]
    [InlineData("another identifier")]
    [InlineData("another name")]
    [InlineData("another kind")]
    [InlineData("no question")]
    public async Task ABadAnswerIsNoneAndTheNextServerIsAsked(string kind)
    {
        using var good = new NameServer();
        good.Add(Service, NameServer.Srv, 60, NameServer.Server(1, 5060, "pbx.example.com"));
        _server.Reply = question => Bad(kind, question);
        var names = new NameServers(AddressFamily.InterNetwork, [_server.At, good.At], Patience);

        var answer = await names.Services(Service, CancellationToken.None);

        Assert.Equal((1, true, 0L), (answer.Records.Count, answer.IsAnswered, names.Unanswered));
        Assert.Equal((1, 1), (_server.Asked, good.Asked));
    }

    /// <summary>What breaks off may have been cut on its way: TCP brings it whole.</summary>
    [Theory]
    [InlineData(9)]
    [InlineData(-1)]
    public async Task AnAnswerThatBreaksOffIsAskedForAgainByTcp(int promised)
    {
        _server.Add(Service, NameServer.Srv, 60, NameServer.Server(1, 5060, "pbx.example.com"));
        _server.Reply = question => promised < 0 ? [] : NameServer.Respond(question, records: promised);

        var answer = await Ask().Services(Service, CancellationToken.None);

        Assert.Equal((1, 1, 1), (answer.Records.Count, _server.Asked, _server.AskedByTcp));
    }

    [Fact]
    public async Task NoBytesThrow()
    {
        var random = new SeededIdSource(11);
        _server.Add(Service, NameServer.Srv, 60, NameServer.Server(1, 5060, "pbx.example.com"));
        var names = Ask();
        for (var i = 0; i < 300; i++)
        {
            _server.Reply = question => Spoilt(NameServer.Respond(question, records: 3), random);
            await names.Services(Service, CancellationToken.None);
            await names.Transports("example.com", CancellationToken.None);
        }

        _server.Reply = null;
        Assert.Single((await names.Services(Service, CancellationToken.None)).Records);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("a b.example")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234.example")]
    public async Task ANameThatIsNoneHasNothing(string name)
    {
        Assert.Empty((await Ask().Services(name, CancellationToken.None)).Records);
        Assert.Empty((await Ask().Addresses(name + ".", CancellationToken.None)).Records);
    }

    private NameServers Ask() => new(AddressFamily.InterNetwork, [_server.At], Patience);

    private static byte[] Bad(string kind, byte[] question)
    {
        byte[] other = [.. question];
        switch (kind)
        {
            case "failure": return NameServer.Respond(question, result: 2);
            case "refused": return NameServer.Respond(question, result: 5);
            case "another identifier": other[0]++; break;
            case "another name": other[13]++; break;
            case "another kind": other[^14] = 16; break;
            default: return [.. question[..2], 0x81, 0x80, 0, 0, 0, 0, 0, 0, 0, 0];
        }

        return NameServer.Respond(other);
    }

    private static byte[] Spoilt(byte[] response, SeededIdSource random)
    {
        byte[] longer = [.. response, .. new byte[random.NextBits() % 600]];
        for (var i = 0; i < 8; i++)
        {
            var at = 2 + (int)(random.NextBits() % (ulong)(longer.Length - 2));
            longer[at] = (byte)random.NextBits();
        }

        return longer[..(int)(random.NextBits() % (ulong)longer.Length)];
    }
}
