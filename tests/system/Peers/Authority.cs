using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A certificate authority of one test, and a certificate of 127.0.0.1 that it signed.</summary>
public sealed class Authority
{
    private readonly X509Certificate2 _root;
    private readonly DateTimeOffset _from = DateTimeOffset.UtcNow.AddDays(-1);

    public Authority(TestFolder folder)
    {
        var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Test authority", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = root.CreateSelfSigned(_from, _from.AddDays(20));
        AuthorityFile = folder.File("ca.pem");
        File.WriteAllText(AuthorityFile, _root.ExportCertificatePem());
        (CertificateFile, KeyFile) = Sign(folder, null);
    }

    public string AuthorityFile { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    /// <summary>What <c>acd run</c> is started with.</summary>
    public string[] Arguments =>
    [
        "--tls", "127.0.0.1:0", "--tls-cert", CertificateFile, "--tls-key", KeyFile, "--tls-ca", AuthorityFile,
    ];

    /// <summary>A certificate of another name beside the address, and what <c>acd run</c> is started with to show
    /// it.</summary>
    public string[] Issue(TestFolder folder, string name)
    {
        var (certificate, key) = Sign(folder, name);
        return ["--tls", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key, "--tls-ca", AuthorityFile];
    }

    private (string Certificate, string Key) Sign(TestFolder folder, string? name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name ?? "127.0.0.1"}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        if (name is not null) names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_root, _from, _from.AddDays(10), RandomNumberGenerator.GetBytes(8));
        var (certificateFile, keyFile) = (folder.File($"{name ?? "tls"}.pem"), folder.File($"{name ?? "tls"}.key"));
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, signed.ExportCertificatePem());
        return (certificateFile, keyFile);
    }
}
