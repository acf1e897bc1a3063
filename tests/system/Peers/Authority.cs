using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A certificate authority of one test, and a certificate of 127.0.0.1 that it signed.</summary>
public sealed class Authority
{
    public Authority(TestFolder folder)
    {
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Test authority", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = root.CreateSelfSigned(from, from.AddDays(20));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, from, from.AddDays(10), RandomNumberGenerator.GetBytes(8));

        (AuthorityFile, CertificateFile, KeyFile) = (folder.File("ca.pem"), folder.File("tls.pem"), folder.File("tls.key"));
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateFile, signed.ExportCertificatePem());
    }

    public string AuthorityFile { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    /// <summary>What <c>acd run</c> is started with.</summary>
    public string[] Arguments =>
    [
        "--tls", "127.0.0.1:0", "--tls-cert", CertificateFile, "--tls-key", KeyFile, "--tls-ca", AuthorityFile,
    ];
}
