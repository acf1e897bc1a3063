using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A certificate authority of one test, and the certificates of 127.0.0.1 that it signed.</summary>
internal sealed class Authority : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly X509Certificate2 _root;
    private readonly DateTimeOffset _from = DateTimeOffset.UtcNow.AddDays(-1);

    public Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = root.CreateSelfSigned(_from, _from.AddDays(20));
        CertificateFile = _folder.File("ca.pem");
        File.WriteAllText(CertificateFile, _root.ExportCertificatePem());
    }

    /// <summary>Its own certificate.</summary>
    public string CertificateFile { get; }

    /// <summary>Signs a certificate, anew where there was one; what <c>acd run</c> is started with to show
    /// it.</summary>
    /// <param name="name">A name beside the address; null: the address alone.</param>
    public string[] Issue(string? name = null)
    {
        var (certificate, key) = Sign(name);
        return ["--tls", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key, "--tls-ca", CertificateFile];
    }

    public void Dispose()
    {
        _root.Dispose();
        _folder.Dispose();
    }

    private (string Certificate, string Key) Sign(string? name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name ?? "127.0.0.1"}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        if (name is not null) names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_root, _from, _from.AddDays(10), RandomNumberGenerator.GetBytes(8));
        var (certificateFile, keyFile) = (_folder.File($"{name ?? "tls"}.pem"), _folder.File($"{name ?? "tls"}.key"));
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, signed.ExportCertificatePem());
        return (certificateFile, keyFile);
    }
}
