using System.Buffers.Binary;
using System.Globalization;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Debian's linphone: a phone whose voice is a WAV file and who records what it hears.</summary>
public sealed class Linphone : IAsyncDisposable
{
    private readonly PeerProcess _process;

    private Linphone(PeerProcess process, string heardFile) => (_process, HeardFile) = (process, heardFile);

    /// <summary>The WAV file of what this phone heard; complete once it has quit.</summary>
    public string HeardFile { get; }

    public string Output => _process.Output;

    /// <summary>Starts a phone. With a password it registers and answers by itself; else it only dials.</summary>
    /// <param name="server">HOST:PORT of the centre.</param>
    /// <param name="voice">WAV file, 8 kHz mono, that it speaks.</param>
    /// <param name="encryption">none or srtp (SDES): RTP/SAVP; plain where RTP/AVP is offered, keys or not.</param>
    /// <param name="authorities">PEM file of whom it trusts; with it the phone registers over TLS.</param>
    public static async Task<Linphone> Start(
        TestFolder folder, string user, string? password, string server, string voice, string encryption = "none",
        string? authorities = null)
    {
        var home = Directory.CreateDirectory(folder.File("linphone-" + user)).FullName;
        Directory.CreateDirectory(Path.Combine(home, ".local/share/linphone"));
        var heard = Path.Combine(home, "heard.wav");
        var config = Path.Combine(home, "linphonerc");
        await File.WriteAllTextAsync(config, Config(user, password, server, encryption, authorities));
        string[] arguments = password is null ? ["-c", config] : ["-a", "-c", config];
        var phone = new Linphone(
            PeerProcess.Start("linphonec", arguments, home, new Dictionary<string, string> { ["HOME"] = home }), heard);
        await phone._process.Type("soundcard use files");
        await phone._process.Type("play " + voice);
        await phone._process.Type("record " + heard);
        return phone;
    }

    public Task Established() => _process.WaitForLine("Media streams established", TimeSpan.FromSeconds(20));

    public Task Dial(string uri) => _process.Type("call " + uri);

    public Task Hangup() => _process.Type("terminate");

    /// <summary>Ends the program, so that its WAV file is whole.</summary>
    public async Task Quit()
    {
        await _process.Type("quit");
        await _process.WaitForExit(TimeSpan.FromSeconds(20));
        RepairSizes();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Linphone counts the 44 bytes of its header as audio: the sizes are made those of the file.</summary>
    private void RepairSizes()
    {
        const int HeaderBytes = 44;
        var wav = File.ReadAllBytes(HeardFile);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), wav.Length - HeaderBytes);
        File.WriteAllBytes(HeardFile, wav);
    }

    private static string Config(string user, string? password, string server, string encryption, string? authorities)
    {
        var rtp = FreePorts.Udp(2);
        var account = password is null ? "" : $"""
            [auth_info_0]
            username={user}
            passwd={password}
            realm=acd
            [proxy_0]
            reg_proxy=<sip:{server}{(authorities is null ? "" : ";transport=tls")}>
            reg_identity=<sip:{user}@{server}>
            reg_expires=60
            reg_sendregister=1
            publish=0
            """;
        return string.Create(CultureInfo.InvariantCulture, $"""
            [sip]
            sip_port={FreePorts.Udp()}
            sip_tcp_port=-1
            sip_tls_port=-1
            bind_address=127.0.0.1
            contact=sip:{user}@127.0.0.1
            default_proxy={(password is null ? -1 : 0)}
            register_only_when_network_is_up=0
            media_encryption={encryption}
            {(authorities is null ? "" : $"root_ca={authorities}\nverify_server_cn=0")}
            [rtp]
            audio_rtp_port={rtp}
            {account}

            """);
    }
}
