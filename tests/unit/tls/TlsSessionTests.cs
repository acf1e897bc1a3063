using System.Text;
using OrleansAcd.MediaNode.Io.Tls;
using Xunit;

namespace OrleansAcd.Tests.Unit.Tls;

/// <summary>TLS sessions in memory: both ends in one test, no socket. RFC 8446, RFC 5922.</summary>
public sealed class TlsSessionTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void BothEndsUnderstandEachOtherAndNobodyElseDoes()
    {
        using var authority = Open(_certificates.Issue("acd.example"));
        using var server = authority.AcceptSession();
        using var client = authority.ConnectSession("acd.example");
        Exchange(client, server);

        Assert.Equal((TlsState.Open, TlsState.Open), (client.State, server.State));
        Assert.Equal("TLSv1.3", client.Version);
        var secret = Encoding.ASCII.GetBytes(new string('s', 40_000));
        Assert.True(client.Write(secret));
        var wire = Take(client);
        Assert.DoesNotContain("ssssssss", Encoding.ASCII.GetString(wire), StringComparison.Ordinal);
        server.Receive(wire);
        Assert.Equal(secret, ReadAll(server));
    }

    [Fact]
    public void OneByteAtATimeIsAsGood()
    {
        using var authority = Open(_certificates.Issue("acd.example"));
        using var server = authority.AcceptSession();
        using var client = authority.ConnectSession("acd.example");
        for (var i = 0; i < 6; i++)
        {
            foreach (var one in Take(client)) server.Receive([one]);
            foreach (var one in Take(server)) client.Receive([one]);
        }

        server.Write("OPTIONS"u8);
        foreach (var one in Take(server)) client.Receive([one]);
        Assert.Equal("OPTIONS"u8.ToArray(), ReadAll(client));
    }

    /// <summary>RFC 5922 §7.2: exactly the name, no wildcard.</summary>
    [Theory]
    [InlineData("acd.example", "acd.example", true)]
    [InlineData("acd.example", "ACD.Example", true)]
    [InlineData("acd.example", "other.example", false)]
    [InlineData("*.example", "acd.example", false)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("sip:acd.example", "acd.example", true)]
    public void TheServersCertificateMustHoldTheHostOfTheUri(string name, string wanted, bool isGood)
    {
        using var authority = Open(_certificates.Issue(name));
        using var server = authority.AcceptSession();
        using var client = authority.ConnectSession(wanted);
        Exchange(client, server);
        Assert.Equal(isGood ? TlsState.Open : TlsState.Failed, client.State);
    }

    /// <summary>RFC 5922 §7.1: where there is a sip URI, DNS names do not count.</summary>
    [Fact]
    public void ASipUriInACertificateOutranksItsHostNames()
    {
        using var authority = Open(_certificates.Issue("sip:acd.example", "host.example"));
        using var server = authority.AcceptSession();
        using var client = authority.ConnectSession("host.example");
        Exchange(client, server);
        Assert.Equal(TlsState.Failed, client.State);
    }

    [Fact]
    public void AServerOfAnUnknownAuthorityIsNotTrusted()
    {
        using var others = new TestCertificates();
        using var theirs = Open(others.Issue("acd.example"), others.AuthorityFile);
        using var ours = Open(_certificates.Issue("acd.example"));
        using var server = theirs.AcceptSession();
        using var client = ours.ConnectSession("acd.example");
        Exchange(client, server);
        Assert.Equal((TlsState.Failed, TlsState.Failed), (client.State, server.State));
    }

    [Theory]
    [InlineData("one.example", "one.example")]
    [InlineData("two.example", "two.example")]
    [InlineData("sub.three.example", "*.three.example")]
    public void TheServerNameChoosesTheCertificate(string asked, string holds)
    {
        using var authority = Open(
            _certificates.Issue("one.example"), null, _certificates.Issue("two.example"),
            _certificates.Issue("*.three.example"));
        using var server = authority.AcceptSession();
        using var client = authority.ConnectSession(asked);
        Exchange(client, server);
        Assert.Equal([holds], client.PeerNames);
    }

    /// <summary>A client shows its certificate only when it is asked; one that is not trusted comes in as
    /// nobody.</summary>
    [Theory]
    [InlineData(false, true, "")]
    [InlineData(true, true, "carrier.example")]
    [InlineData(true, false, "")]
    public void AClientIsKnownByATrustedCertificateAlone(bool asks, bool isTrusted, string name)
    {
        using var others = new TestCertificates();
        var from = isTrusted ? _certificates : others;
        using var ours = Open(_certificates.Issue("acd.example"));
        using var theirs = Open(from.Issue("carrier.example"));
        ours.AskForCertificates(asks);
        using var server = ours.AcceptSession();
        using var client = theirs.ConnectSession("acd.example");
        Exchange(client, server);
        Assert.Equal(TlsState.Open, server.State);
        Assert.Equal(name.Length == 0 ? [] : [name], server.PeerNames);
    }

    [Fact]
    public void ChangedFilesAreTakenAndSessionsThatAreUpGoOn()
    {
        var files = _certificates.Issue("old.example");
        using var authority = Open(files);
        using var server = authority.AcceptSession();
        using var client = authority.ConnectSession("old.example");
        Exchange(client, server);
        Assert.False(authority.ReloadIfChanged());

        _certificates.Replace(files, "new.example");
        Assert.True(authority.ReloadIfChanged());

        using var nextServer = authority.AcceptSession();
        using var nextClient = authority.ConnectSession("new.example");
        Exchange(nextClient, nextServer);
        Assert.Equal(TlsState.Open, nextClient.State);
        client.Write("still here"u8);
        server.Receive(Take(client));
        Assert.Equal("still here"u8.ToArray(), ReadAll(server));
    }

    /// <summary>Certificate and key are written one after the other: between them nothing changes.</summary>
    [Fact]
    public void FilesThatDoNotFitTogetherAreNotTaken()
    {
        var files = _certificates.Issue("old.example");
        using var authority = Open(files);
        var key = File.ReadAllText(files.Key);
        _certificates.Replace(files, "new.example");
        var newKey = File.ReadAllText(files.Key);
        File.WriteAllText(files.Key, key);
        Assert.False(authority.ReloadIfChanged());
        Assert.Equal(1, authority.ReloadsFailed);

        File.WriteAllText(files.Key, newKey);
        Assert.True(authority.ReloadIfChanged());
    }

    [Fact]
    public void BadBytesEndASessionAndNeverThrow()
    {
        using var authority = Open(_certificates.Issue("acd.example"));
        var random = new Random(7);
        var failed = 0;
        for (var i = 0; i < 300; i++)
        {
            using var server = authority.AcceptSession();
            using var client = authority.ConnectSession("acd.example");
            if (i % 2 == 0) Exchange(client, server);
            if (i % 2 == 0) client.Write("INVITE"u8);
            var wire = Take(client);
            for (var n = 0; n < 3; n++) wire[random.Next(wire.Length)] ^= (byte)random.Next(1, 256);
            server.Receive(wire);
            ReadAll(server);
            Take(server);
            if (server.State == TlsState.Failed) failed++;
        }

        Assert.InRange(failed, 150, 300);
    }

    [Fact]
    public void PlainSipAtTheTlsPortFailsAtOnce()
    {
        using var authority = Open(_certificates.Issue("acd.example"));
        using var server = authority.AcceptSession();
        server.Receive("OPTIONS sip:acd.example SIP/2.0\r\n\r\n"u8);
        Assert.Equal(TlsState.Failed, server.State);
        Assert.False(server.Write("x"u8));
    }

    [Fact]
    public void AGoodbyeIsToldFromACut()
    {
        using var authority = Open(_certificates.Issue("acd.example"));
        using var server = authority.AcceptSession();
        using var client = authority.ConnectSession("acd.example");
        Exchange(client, server);
        client.Close();
        server.Receive(Take(client));
        Assert.Empty(ReadAll(server));
        Assert.Equal(TlsState.Closed, server.State);
    }

    [Fact]
    public void FilesThatCannotBeUsedAreNamed()
    {
        var files = _certificates.Issue("acd.example");
        var other = _certificates.Issue("other.example");
        var mixed = new TlsOptions { Certificates = [files with { Key = other.Key }] };
        Assert.Null(TlsAuthority.Open(mixed, out var problem));
        Assert.Contains(other.Key, problem, StringComparison.Ordinal);
        var none = new TlsOptions { Certificates = [files], AuthoritiesFile = files.Key };
        Assert.Null(TlsAuthority.Open(none, out problem));
        Assert.Contains(files.Key, problem, StringComparison.Ordinal);
    }

    private TlsAuthority Open(TlsCertificateFiles first, string? authorities = null, params TlsCertificateFiles[] more)
    {
        var options = new TlsOptions
        {
            Certificates = [first, .. more], AuthoritiesFile = authorities ?? _certificates.AuthorityFile,
        };
        var authority = TlsAuthority.Open(options, out var problem);
        Assert.True(authority is not null, problem);
        return authority;
    }

    private static void Exchange(TlsSession client, TlsSession server)
    {
        for (var i = 0; i < 6; i++)
        {
            server.Receive(Take(client));
            client.Receive(Take(server));
        }

        // What TLS 1.3 says after the handshake is read with the first data.
        Assert.Empty(ReadAll(client));
        Assert.Empty(ReadAll(server));
    }

    private static byte[] Take(TlsSession session)
    {
        var (all, buffer) = (new List<byte>(), new byte[4_096]);
        for (var length = session.TakeToSend(buffer); length > 0; length = session.TakeToSend(buffer))
        {
            all.AddRange(buffer[..length]);
        }

        return [.. all];
    }

    private static byte[] ReadAll(TlsSession session)
    {
        var (all, buffer) = (new List<byte>(), new byte[4_096]);
        for (var length = session.Read(buffer); length > 0; length = session.Read(buffer))
        {
            all.AddRange(buffer[..length]);
        }

        return [.. all];
    }
}
