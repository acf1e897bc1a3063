using System.Net;
using System.Net.Sockets;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Whatever comes in from the network gets a clear answer or a counter, and a call that is up never
/// notices.</summary>
public sealed class BadInputTests : IAsyncLifetime, IDisposable
{
    private const string Stranger = "127.0.0.9";

    private readonly TestFolder _folder = new();
    private AcdProcess _acd = null!;
    private Talk _talk = null!;

    public async Task InitializeAsync()
    {
        _acd = await AcdProcess.Start(_folder, Centres.Support(), rtpPorts: 40);
        _talk = await Talk.Start(_acd);
    }

    public async Task DisposeAsync()
    {
        await _talk.DisposeAsync();
        await _acd.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task MalformedRequestsAreAnsweredAndCountedByPeer()
    {
        using var peer = new RawSip(_acd.Sip, local: Stranger);
        var flood = string.Concat(Enumerable.Range(0, 300).Select(i => $"X-Flood-{i}: x\r\n"));
        var folds = "X-Folded: a\r\n" + string.Concat(Enumerable.Repeat(" b\r\n", 1_000));
        (string Request, int Code)[] cases =
        [
            (peer.Request("OPTIONS").Replace("Max-Forwards: 70", "Max-Forwards: many", StringComparison.Ordinal), 400),
            (peer.Request("OPTIONS", cseq: "1 INVITE"), 400),
            (peer.Request("OPTIONS", contentLength: "-1"), 400),
            (peer.Request("OPTIONS", contentLength: "99999999999999999999"), 400),
            (peer.Request("OPTIONS", contentLength: "4000"), 400),
            (peer.Request("OPTIONS").Replace("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", StringComparison.Ordinal), 505),
            (peer.Request("OPTIONS").Replace("OPTIONS sip:support", "OPTIONS <sip:support>", StringComparison.Ordinal), 400),
            (peer.Request("OPTIONS", extra: flood), 400),
            (peer.Request("OPTIONS", extra: folds), 400),
            (peer.Request("OPTIONS", extra: $"X-Long: {new string('x', 30_000)}\r\n"), 400),
        ];

        foreach (var (request, code) in cases) Assert.Equal(code, (await peer.Ask(request)).Code);

        Assert.Equal(cases.Length, await _acd.Counter("sipBadRequestsAnswered"));
        var worst = (await _acd.Get("/v1/system"))["parts"]!["node"]!["malformedBy"]![0]!;
        Assert.Equal((Stranger, cases.Length), (worst["address"]!.GetValue<string>(), worst["count"]!.GetValue<int>()));
        await _talk.EndUnharmed();
    }

    [Fact]
    public async Task WhatCannotBeAnsweredIsDroppedAndCounted()
    {
        using var peer = new RawSip(_acd.Sip, local: Stranger);
        string[] hopeless =
        [
            "this is not SIP", "INVITE", "INVITE sip:support SIP/2.0\r\n\r\n", new string('\u0001', 60_000),
            "SIP/2.0 200 OK\r\nVia: x\r\n\r\n", peer.Request("INVITE").Replace("Via:", "Vla:", StringComparison.Ordinal),
            peer.Request("INVITE").Replace("Call-ID:", "Call-IX:", StringComparison.Ordinal),
        ];

        foreach (var text in hopeless) peer.Send(text);

        Assert.Equal(200, (await peer.Ask(peer.Request("OPTIONS"))).Code);
        Assert.Equal(hopeless.Length, await _acd.Counter("sipMalformedDropped"));
        Assert.Equal(0, await _acd.Counter("faults"));
        await _talk.EndUnharmed();
    }

    [Theory]
    [InlineData("-1", true)]
    [InlineData("4294967297", true)]
    [InlineData("18446744073709551617", true)]
    [InlineData("1000000", true)]
    [InlineData("ten", true)]
    [InlineData(null, false)]
    public async Task AStreamThatCannotBeCutIsAnsweredWhereItCanBeAndClosed(string? length, bool isAnswered)
    {
        using var peer = new RawSip(_acd.Sip, tcp: true, local: Stranger);
        if (length is null) peer.Send(string.Concat(Enumerable.Repeat("X-Endless: header\r\n", 5_000)));
        else peer.Send(peer.Request("OPTIONS", contentLength: length));

        if (isAnswered) Assert.Equal(400, (await peer.Answer()).Code);
        await peer.Closed();

        Assert.Equal(1, await _acd.Counter("sipBadRequestsAnswered") + await _acd.Counter("sipMalformedDropped"));
        await _talk.EndUnharmed();
    }

    [Fact]
    public async Task RequestsThatMakeNoSenseHereSaySo()
    {
        const string Video = "v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9000 RTP/AVP 96\r\n";
        const string Sdp = "Content-Type: application/sdp\r\n";
        var unknown = await Answer(peer => peer.Request("TELEPORT"));
        Assert.Contains(unknown.Code, (int[])[405, 501]);
        Assert.Contains("\r\nAllow: INVITE", unknown.Text, StringComparison.Ordinal);
        Assert.Equal(488, (await Answer(peer => peer.Request("INVITE", extra: Sdp, body: Video))).Code);
        Assert.Equal(400, (await Answer(peer => peer.Request("INVITE", extra: Sdp, body: "nonsense"))).Code);
        Assert.Equal(415, (await Answer(peer => peer.Request("INVITE", extra: "Content-Type: text/plain\r\n", body: "hi"))).Code);
        Assert.Equal(404, (await Answer(peer => peer.Request("INVITE", user: "nobody"))).Code);
        Assert.Equal(481, (await Answer(peer => peer.Request("BYE"))).Code);

        Assert.Equal(1, await _acd.Counter("offersNotAcceptable"));
        Assert.Equal(1, await _acd.Counter("badDescriptions"));
        await _talk.EndUnharmed();
    }

    [Fact]
    public async Task GuessedPasswordsAreLimitedAndThePhoneItselfStillRegisters()
    {
        var codes = new List<int>();
        for (var i = 0; i < 7; i++)
        {
            using var guess = new Registration(_acd.Sip, FreePorts.Udp(), local: IPAddress.Parse(Stranger));
            codes.Add(await guess.Register("bob", "guess-" + i));
        }

        using var phone = new Registration(_acd.Sip, FreePorts.Udp());
        Assert.Equal([401, 401, 401, 401, 401, 403, 403], codes);
        Assert.Equal(200, await phone.Register("bob", "bob-pw"));
        Assert.Equal((5, 2), (await _acd.Counter("digestWrong"), await _acd.Counter("digestLimited")));
        await _talk.EndUnharmed();
    }

    [Fact]
    public async Task RtpFromStrangersAndBrokenRtpNeitherIsHeardNorStopsWhatIs()
    {
        const int Rounds = 50;
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Parse(Stranger), 0));
        var random = new Random(7);
        var fullScale = new byte[160];
        for (byte round = 0; round < Rounds; round++)
        {
            for (var port = _acd.Ports.First; port <= _acd.Ports.Last; port++)
            {
                var to = new IPEndPoint(IPAddress.Loopback, port);
                byte[] loud = [0x80, 0x00, 0, round, 0, 0, round, 160, 1, 2, 3, 4, .. fullScale];
                await stranger.SendToAsync(loud, to);
                await stranger.SendToAsync(loud.AsMemory(0, random.Next(1, 12)), to);
                await stranger.SendToAsync(new byte[] { 0x8F, 0x00, 0, 1 }, to);
            }
        }

        await _talk.EndUnharmed();
        Assert.True(await _acd.Counter("strangerPackets") > Rounds, "strangers are counted");
        Assert.Equal(0, await _acd.Counter("faults"));
    }

    /// <summary>Each from a socket of its own: what is not acknowledged is answered again and again.</summary>
    private async Task<(int Code, string Text)> Answer(Func<RawSip, string> request)
    {
        using var peer = new RawSip(_acd.Sip, local: Stranger);
        return await peer.Ask(request(peer));
    }
}
