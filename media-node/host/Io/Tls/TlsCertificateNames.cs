using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansAcd.MediaNode.Io.Tls;

/// <summary>Whom a certificate speaks for: the SIP domains of its subjectAltName, RFC 5922 §7.1, and its
/// addresses.</summary>
internal static class TlsCertificateNames
{
    private const string SubjectAltName = "2.5.29.17";
    private const string CommonName = "2.5.4.3";
    private const int NamesMax = 256;
    private const int DnsNameTag = 2;
    private const int UriTag = 6;
    private const int AddressTag = 7;

    /// <summary>Names in lower case. What cannot be read has none.</summary>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        var (uris, names) = (new List<string>(), new List<string>());
        try
        {
            var hasAlternatives = false;
            foreach (var extension in certificate.Extensions)
            {
                if (extension.Oid?.Value != SubjectAltName) continue;

                hasAlternatives = true;
                Read(extension.RawData, uris, names);
            }

            // §7.1: without any subjectAltName the common name is the identity.
            if (!hasAlternatives) AddCommonName(certificate, names);
        }
        catch (Exception broken) when (broken is AsnContentException or CryptographicException or ArgumentException)
        {
            return [];
        }

        // §7.1: URIs with the scheme sip come first; DNS names count only where there are none.
        return uris.Count > 0 ? [.. uris, .. names.Where(name => IPAddress.TryParse(name, out _))] : names;
    }

    /// <summary>§7.2: exact, case-insensitive; wildcards are not matched.</summary>
    public static bool Has(IReadOnlyList<string> names, string wanted)
    {
        var bare = wanted.Trim('[', ']');
        if (IPAddress.TryParse(bare, out var address)) bare = address.ToString();
        return names.Contains(bare, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Which of our own certificates a client means; here a wildcard counts (RFC 6125 §6.4.3): the client
    /// judges.</summary>
    public static bool Covers(IReadOnlyList<string> names, string wanted)
    {
        if (Has(names, wanted)) return true;

        var dot = wanted.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && names.Contains("*" + wanted[dot..], StringComparer.OrdinalIgnoreCase);
    }

    private static void Read(byte[] extension, List<string> uris, List<string> names)
    {
        var sequence = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        for (var i = 0; i < NamesMax && sequence.HasData; i++)
        {
            var tag = sequence.PeekTag();
            if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue is not (DnsNameTag or UriTag or AddressTag))
            {
                sequence.ReadEncodedValue();
                continue;
            }

            var content = sequence.ReadOctetString(tag);
            if (tag.TagValue == DnsNameTag) names.Add(Encoding.ASCII.GetString(content).ToLowerInvariant());
            else if (tag.TagValue == UriTag) AddUri(Encoding.ASCII.GetString(content), uris);
            else if (content.Length is 4 or 16) names.Add(new IPAddress(content).ToString());
        }
    }

    /// <summary>§7.1: a URI with a user part is a user's, not a domain's.</summary>
    private static void AddUri(string text, List<string> uris)
    {
        const string Scheme = "sip:";
        var isDomain = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && !text.Contains('@', StringComparison.Ordinal);
        if (isDomain) uris.Add(text[Scheme.Length..].ToLowerInvariant());
    }

    private static void AddCommonName(X509Certificate2 certificate, List<string> names)
    {
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements || part.GetSingleElementType().Value != CommonName) continue;
            if (part.GetSingleElementValue() is { } name) names.Add(name.ToLowerInvariant());
        }
    }
}
