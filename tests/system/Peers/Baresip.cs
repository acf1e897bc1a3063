using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Debian's baresip: a registered phone whose voice is a WAV file and who records what it hears.</summary>
public sealed class Baresip : IAsyncDisposable
{
    private readonly PeerProcess _process;

    private readonly string _home;

    private bool _hasTransferred;

    private Baresip(PeerProcess process, string home)
    {
        _process = process;
        _home = home;
    }

    /// <summary>The WAV file of what this phone heard in its last call; complete once the call has ended.</summary>
    public string HeardFile => Directory.EnumerateFiles(_home, "dump-*-dec.wav").Order(StringComparer.Ordinal).Last();

    public string Output => _process.Output;

    /// <summary>Starts a phone. With a password it registers and answers by itself; else it only dials.</summary>
    /// <param name="server">HOST:PORT of the centre.</param>
    /// <param name="voice">WAV file, 8 kHz mono, that it speaks.</param>
    public static Baresip Start(
        TestFolder folder, string user, string? password, string server, string voice, BaresipOptions? options = null)
    {
        options ??= new BaresipOptions();
        var home = Directory.CreateDirectory(folder.File("baresip-" + user)).FullName;
        var account = password is null
            ? $"<sip:{user}@{server};transport={options.Transport}>;regint=0"
            : $"<sip:{user}@{server};transport={options.Transport}>;auth_pass={password};regint=60;answermode=auto";
        if (options.MediaEncryption is not null) account += ";mediaenc=" + options.MediaEncryption;
        File.WriteAllText(Path.Combine(home, "accounts"), $"{account};audio_codecs={options.Codec}\n");
        File.WriteAllText(Path.Combine(home, "contacts"), "");
        File.WriteAllText(Path.Combine(home, "config"), Config(voice, home, options.Authorities));
        return new Baresip(PeerProcess.Start("baresip", ["-f", home], home), home);
    }

    public Task Registered() => _process.WaitForLine("200 OK.*\\[1 binding\\]|useragent.* registered", TimeSpan.FromSeconds(15));

    public Task Established() => _process.WaitForLine("Call established", TimeSpan.FromSeconds(20));

    /// <summary>Its call is over; of one that it has transferred it says nothing. It sums up calls of a second or more
    /// only, and "terminates" those that it ends itself.</summary>
    public Task Closed() => _hasTransferred
        ? Task.CompletedTask
        : _process.WaitForLine("session closed|terminate call|Call with .* terminated", TimeSpan.FromSeconds(30));

    public Task Dial(string uri) => _process.Type("/dial " + uri);

    /// <summary>Blind transfer: REFER (RFC 3515).</summary>
    public Task Transfer(string uri)
    {
        _hasTransferred = true;
        return _process.Type("/transfer " + uri);
    }

    /// <summary>The keys that it was sent as telephone-events, each at its first end packet.</summary>
    public string Keys => string.Concat(
        Regex.Matches(Output, KeyReceived("(.)")).Select(match => match.Groups[1].Value));

    /// <summary>Waits until it was sent this key.</summary>
    public Task KeysReceived(string key) =>
        _process.WaitForLine(KeyReceived(Regex.Escape(key)), TimeSpan.FromSeconds(15));

    public Task Hangup() => _process.Type("/hangup");

    /// <summary>Ends the program, so that its WAV file is whole.</summary>
    public async Task Quit()
    {
        await _process.Type("/quit");
        await _process.WaitForExit(TimeSpan.FromSeconds(10));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string KeyReceived(string key) => $"received event: '{key}' \\(end=1\\)";

    private static string Config(string voice, string home, string? authorities)
    {
        var rtp = FreePorts.Udp(8);
        return string.Create(CultureInfo.InvariantCulture, $"""
            poll_method epoll
            sip_listen 127.0.0.1:{FreePorts.Udp()}
            {(authorities is null ? "" : "sip_cafile " + authorities)}
            net_interface 127.0.0.1
            rtp_ports {rtp}-{rtp + 7}
            audio_source aufile,{voice}
            audio_player aubridge,none
            ausrc_srate 8000
            auplay_srate 8000
            ausrc_channels 1
            auplay_channels 1
            module_path /usr/lib/baresip/modules
            module stdio.so
            module g711.so
            module g722.so
            module opus.so
            module l16.so
            module srtp.so
            module aufile.so
            module aubridge.so
            module sndfile.so
            snd_path {home}
            module_app account.so
            module_app contact.so
            module_app menu.so

            """);
    }
}

/// <summary>How a baresip is set up.</summary>
public sealed record BaresipOptions
{
    /// <summary>udp, tcp or tls.</summary>
    public string Transport { get; init; } = "udp";

    /// <summary>All that it offers and takes.</summary>
    public string Codec { get; init; } = "PCMU,PCMA";

    /// <summary>baresip's name of it: srtp (RTP/AVP with keys), srtp-mand (RTP/SAVP).</summary>
    public string? MediaEncryption { get; init; }

    /// <summary>PEM file of whom it trusts over TLS.</summary>
    public string? Authorities { get; init; }
}
