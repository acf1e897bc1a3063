using System.Net;
using System.Net.Sockets;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>Bad options and taken ports: one line says what to do, and nothing starts.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--sip nonsense", "--sip")]
    [InlineData("--rtp-ports 9-1", "--rtp-ports")]
    [InlineData("--centre does-not-exist.yaml", "does-not-exist.yaml")]
    [InlineData("--advertise nowhere", "--advertise")]
    [InlineData("--codecs pcmu,gsm", "--codecs: 'gsm'")]
    [InlineData("--codecs pcmu,pcmu", "--codecs: 'pcmu' is named twice")]
    [InlineData("--codecs 0", "--codecs: '0'")]
    [InlineData("--video-bandwidth fast", "--video-bandwidth: 'fast'")]
    [InlineData("--video-bandwidth 100000001", "100000000")]
    [InlineData("--rtp-timeout 5", "--rtp-timeout: '5'")]
    [InlineData("--rtp-timeout 60ms", "--rtp-timeout: '60ms'")]
    [InlineData("--rtp-timeout 0s", "--rtp-timeout: '0s'")]
    [InlineData("--rtp-timeout 61m", "60m")]
    [InlineData("--unknown 1", "--unknown")]
    public async Task ABadOptionIsNamed(string options, string named)
    {
        using var folder = new TestFolder();
        await using var acd = AcdProcess.StartRaw(folder, ["run", "--data", folder.File("data"), .. options.Split(' ')]);

        Assert.NotEqual(0, await acd.WaitForExit(TimeSpan.FromSeconds(20)));

        Assert.Contains(named, acd.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", acd.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInvalidCentreNamesLineAndKey()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("bad.yaml"), "queues:\n  - id: support\n    ring-timeout: soon\n");
        await using var acd = AcdProcess.StartRaw(folder, "run", "--data", folder.File("data"), "--centre", folder.File("bad.yaml"));

        Assert.NotEqual(0, await acd.WaitForExit(TimeSpan.FromSeconds(20)));

        Assert.Contains("line 3", acd.Output, StringComparison.Ordinal);
        Assert.Contains("ring-timeout", acd.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACentreIsAppliedAndExportedAndAnInvalidOneChangesNothing()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Support());
        var (first, exported) = await Run(folder, acd, "get");
        Assert.True(first == 0, exported);
        Assert.DoesNotContain("alice-pw", exported, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("new.yaml"), Centres.Support() + "\n# more\nrealm: other\n");
        await File.WriteAllTextAsync(folder.File("bad.yaml"), Centres.Support().Replace("support, to", "support, too", StringComparison.Ordinal));

        var (applied, _) = await Run(folder, acd, "apply", "-f", folder.File("new.yaml"));
        var (refused, why) = await Run(folder, acd, "apply", "-f", folder.File("bad.yaml"));
        var (_, after) = await Run(folder, acd, "get");

        Assert.Equal((0, 2), (applied, refused));
        Assert.Contains("numbers[0].too", why, StringComparison.Ordinal);
        Assert.Contains("realm: other", after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ACD__Node__Codecs", "pcma,morse", "Acd:Node:Codecs: 'morse'")]
    [InlineData("ACD__Node__VideoBandwidthMax", "-1", "Acd:Node:VideoBandwidthMax: '-1'")]
    [InlineData("ACD__Node__NameServers", "192.0.2.53,dns", "Acd:Node:NameServers: 'dns'")]
    public async Task ABadSettingIsNamed(string key, string value, string named)
    {
        using var folder = new TestFolder();
        await using var acd = AcdProcess.StartRaw(
            folder, new Dictionary<string, string> { [key] = value },
            "run", "--data", folder.File("data"), "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0");

        Assert.NotEqual(0, await acd.WaitForExit(TimeSpan.FromSeconds(20)));

        Assert.Contains(named, acd.Output, StringComparison.Ordinal);
    }

    /// <summary>Offered codecs and their order are the operator's.</summary>
    [Fact]
    public async Task OnlyTheCodecsThatAreNamedAreSpokenAndInThatOrder()
    {
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(
            folder, Centres.Support(), arguments: ["--codecs", "g722,pcma", "--video-bandwidth", "0"]);
        using var phone = new RawSip(acd.Sip);
        const string Head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";

        var (refused, _) = await phone.Ask(phone.Request(
            "INVITE", extra: "Content-Type: application/sdp\r\n", body: Head + "m=audio 4000 RTP/AVP 0\r\n"));

        Assert.Equal(488, refused);
    }

    /// <summary>A renewed certificate is taken at once when the process is told, and connections go on.</summary>
    [Fact]
    public async Task AHangupSignalTakesChangedCertificatesAndEndsNothing()
    {
        using var authority = new Authority();
        await using var floor = await Floor.Open(Centres.Support(), authority.Issue());
        authority.Issue();

        floor.Acd.Hangup();

        await floor.Acd.Reaches("sipTlsReloads", 1);
        Assert.Equal(0, await floor.Acd.Counter("sipTlsReloadsFailed"));
    }

    [Fact]
    public async Task TheBannerSaysWhereEachNumberLeads()
    {
        using var folder = new TestFolder();
        var centre = Centres.Team(numbers: ", { number: \"1001\", to: agent/alice }");
        await using var acd = await AcdProcess.Start(folder, centre);

        Assert.Contains($"sip:1001@{acd.Sip}  -> agent alice", acd.Output, StringComparison.Ordinal);
        Assert.Contains($"sip:support@{acd.Sip}  -> queue support", acd.Output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> Run(
        TestFolder folder, AcdProcess acd, params string[] arguments)
    {
        await using var command = AcdProcess.StartRaw(
            folder, [.. arguments, "--url", acd.Http.BaseAddress!.ToString(), "--key", acd.Key]);
        var code = await command.WaitForExit(TimeSpan.FromSeconds(20));
        return (code, command.Output);
    }

    [Theory]
    [InlineData("--sip")]
    [InlineData("--http")]
    public async Task APortInUseIsNamed(string option)
    {
        using var folder = new TestFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        using var takenUdp = new UdpClient();
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        if (option == "--sip") takenUdp.Client.Bind(new IPEndPoint(IPAddress.Loopback, port));
        string[] others = option == "--sip" ? ["--http", "127.0.0.1:0"] : ["--sip", "127.0.0.1:0"];
        await using var acd = AcdProcess.StartRaw(folder, ["run", "--data", folder.File("data"), option, $"127.0.0.1:{port}", .. others]);

        Assert.NotEqual(0, await acd.WaitForExit(TimeSpan.FromSeconds(20)));

        Assert.Contains($"127.0.0.1:{port}", acd.Output, StringComparison.Ordinal);
        Assert.Contains("in use", acd.Output, StringComparison.Ordinal);
    }
}
