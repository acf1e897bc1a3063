using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Io.Tls;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Tests.Unit.MediaNode;
using Xunit;
using EncryptionPolicy = OrleansAcd.Contracts.Media.EncryptionPolicy;

namespace OrleansAcd.Tests.Unit.Tls;

/// <summary>A node's TLS port, met by clients of the class library and by hostile ones.</summary>
public sealed class TlsNodeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task ARequestIsAnsweredOnTheConnectionThatItCameBy()
    {
        await using var rig = await Start();
        using var client = await Connect(rig, "acd.example");

        var answer = await Ask(client, "sip:support@acd.example");
        Assert.StartsWith("SIP/2.0 200", answer, StringComparison.Ordinal);
        Assert.Contains("SIP/2.0/TLS", answer, StringComparison.Ordinal);
    }

    /// <summary>RFC 3261 section 12.1.1: a dialog that begins with a SIPS URI has SIPS contacts; others name the
    /// transport.</summary>
    [Theory]
    [InlineData("sip", "transport=tls>")]
    [InlineData("sips", "<sips:acd@127.0.0.1:")]
    public async Task TheContactOfACallOverTlsLeadsBackOverTls(string scheme, string contact)
    {
        await using var rig = await Start();
        using var client = await Connect(rig, "acd.example");
        await Write(client, "INVITE", $"{scheme}:support@acd.example", "");
        var offered = await rig.Next<LegOffered>();
        await rig.Command(n => new Answer(offered.Call, 1, n, offered.Leg));

        var answer = await Read(client, "200 OK");
        Assert.Contains(contact, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoSaysNothingAtTheTlsPortIsSentAwayInTime()
    {
        await using var rig = await Start(handshakeMax: TimeSpan.FromMilliseconds(200));
        using var silent = new TcpClient();
        await silent.ConnectAsync(rig.Node.Tls!);
        await End(silent.GetStream());
        Assert.Equal(1, await Figure(rig, "sipConnectionsTimedOut"));
        Assert.Equal(0, await Figure(rig, "sipConnections"));
    }

    [Fact]
    public async Task PlainSipAtTheTlsPortIsClosedAndCounted()
    {
        await using var rig = await Start();
        using var plain = new TcpClient();
        await plain.ConnectAsync(rig.Node.Tls!);
        await plain.GetStream().WriteAsync("OPTIONS sip:x SIP/2.0\r\n\r\n"u8.ToArray());
        await End(plain.GetStream());
        Assert.Equal(1, await Figure(rig, "sipTlsFailed"));
        Assert.Equal(0, await Figure(rig, "sipConnections"));
    }

    [Fact]
    public async Task BeyondTheirNumberHandshakesAreRefused()
    {
        await using var rig = await Start(handshakesMax: 1);
        using var first = new TcpClient();
        using var second = new TcpClient();
        await first.ConnectAsync(rig.Node.Tls!);
        await first.GetStream().WriteAsync(new byte[] { 0x16 });
        await second.ConnectAsync(rig.Node.Tls!);
        await End(second.GetStream());
        Assert.Equal(1, await Figure(rig, "sipConnectionsRefused"));
    }

    /// <summary>A trunk that has a certificate name is known by its certificate, and by nothing else.</summary>
    [Theory]
    [InlineData("carrier.example", "carrier")]
    [InlineData("somebody.example", null)]
    [InlineData(null, null)]
    public async Task ATrunkIsKnownByItsCertificate(string? shown, string? trunk)
    {
        await using var rig = await Start();
        await rig.Settle(
            [new TrunkSettings("carrier", "sips:carrier.example", ["127.0.0.1"], "carrier.example", EncryptionPolicy.Prefer, null)]);
        using var client = await Connect(rig, "acd.example", shown is null ? null : _certificates.Issue(shown));
        await Write(client, "INVITE", "sip:support@acd.example", "");

        Assert.Equal(trunk, (await rig.Next<LegOffered>()).Trunk);
    }

    private async Task<NodeRig> Start(TimeSpan? handshakeMax = null, int handshakesMax = 100)
    {
        var tls = new TlsOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Certificates = [_certificates.Issue("acd.example")],
            AuthoritiesFile = _certificates.AuthorityFile,
            HandshakeMax = handshakeMax ?? TimeSpan.FromSeconds(10),
            HandshakesMax = handshakesMax,
        };
        return await NodeRig.Start(change: options => options with { Tls = tls });
    }

    private async Task<SslStream> Connect(NodeRig rig, string name, TlsCertificateFiles? own = null)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(rig.Node.Tls!);
        var stream = new SslStream(tcp.GetStream());
        using var authority = X509CertificateLoader.LoadCertificateFromFile(_certificates.AuthorityFile);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            },
        };
        options.CertificateChainPolicy.CustomTrustStore.Add(authority);
        if (own is not null)
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(own.Certificate, own.Key)];
        }

        await stream.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        return stream;
    }

    private static async Task<string> Ask(SslStream stream, string uri)
    {
        await Write(stream, "OPTIONS", uri, "");
        return await Read(stream, "\r\n\r\n");
    }

    private static async Task Write(SslStream stream, string method, string uri, string body)
    {
        var text = $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;rport;branch=z9hG4bK{Guid.NewGuid():n}\r\n"
            + $"Max-Forwards: 70\r\nFrom: <sip:carl@acd.example>;tag=t1\r\nTo: <{uri}>\r\nCall-ID: {Guid.NewGuid():n}\r\n"
            + $"CSeq: 1 {method}\r\nContact: <sip:carl@127.0.0.1:9;transport=tls>\r\nContent-Length: 0\r\n\r\n{body}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
    }

    private static async Task<string> Read(SslStream stream, string until)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (text, buffer) = (new StringBuilder(), new byte[8_192]);
        while (!text.ToString().Contains(until, StringComparison.Ordinal))
        {
            var length = await stream.ReadAsync(buffer, limit.Token);
            Assert.NotEqual(0, length);
            text.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        return text.ToString();
    }

    /// <summary>Reads until the other side has closed.</summary>
    private static async Task End(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[256];
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0)
            {
                // An alert, perhaps.
            }
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }
    }

    private static async Task<long> Figure(NodeRig rig, string name) =>
        (await rig.Node.ReadFigures(CancellationToken.None)).Counters[name];
}
