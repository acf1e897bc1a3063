using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansAcd.MediaNode.Io.Tls;

namespace OrleansAcd.Tests.Unit.Tls;

/// <summary>An authority of a test's own, and what it signs, as PEM files in a folder that goes with it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset s_from = DateTimeOffset.UtcNow.AddDays(-1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("acd-tls-");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private int _issued;

    public TestCertificates()
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(s_from, s_from.AddDays(30));
        AuthorityFile = Path.Combine(_folder.FullName, "ca.pem");
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    public string AuthorityFile { get; }

    /// <summary>Signs a certificate for names: host names, addresses, or <c>sip:</c> URIs.</summary>
    public TlsCertificateFiles Issue(params string[] names)
    {
        var id = ++_issued;
        var files = new TlsCertificateFiles(
            Path.Combine(_folder.FullName, $"{id}.crt"), Path.Combine(_folder.FullName, $"{id}.key"));
        Write(files, names);
        return files;
    }

    /// <summary>Another certificate in the same files, a little younger.</summary>
    public void Replace(TlsCertificateFiles files, params string[] names)
    {
        var then = File.GetLastWriteTimeUtc(files.Certificate);
        Write(files, names);
        File.SetLastWriteTimeUtc(files.Certificate, then.AddSeconds(5));
        File.SetLastWriteTimeUtc(files.Key, then.AddSeconds(5));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Write(TlsCertificateFiles files, string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + names[0], key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
            else if (name.StartsWith("sip:", StringComparison.Ordinal)) alternatives.AddUri(new Uri(name));
            else alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        var serial = RandomNumberGenerator.GetBytes(8);
        using var signed = request.Create(_authority, s_from.AddHours(1), s_from.AddDays(20), serial);
        File.WriteAllText(files.Certificate, signed.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
    }
}
