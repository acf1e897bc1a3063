using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using OrleansAcd.MediaNode.Io.Tls;

namespace OrleansAcd.Cli;

/// <summary>The options of SIP over TLS: where, with which certificates, whom to trust. Without a certificate there is
/// no TLS port.</summary>
internal sealed class TlsOption
{
    private readonly Option<IPEndPoint?> _listen = new("--tls")
    {
        Description = "Where phones and trunks connect by TLS, given a certificate [the --sip host, 5061]",
        HelpName = "HOST:PORT",
        CustomParser = result => Endpoint(result),
    };

    private readonly Option<FileInfo[]> _certificates = new("--tls-cert")
    {
        Description = "Certificate with its chain, PEM; repeat for further names",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<FileInfo[]> _keys = new("--tls-key")
    {
        Description = "Its private key, PEM; one for each --tls-cert, in the same order",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<FileInfo?> _authorities = new("--tls-ca")
    {
        Description = "Certificates of authorities that servers and trunks are trusted by, PEM [the system's]",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_listen, _certificates, _keys, _authorities]) command.Add(option);
    }

    /// <exception cref="UsageException">Certificates and keys do not pair, or a file is missing.</exception>
    public TlsOptions Read(ParseResult parsed, IPEndPoint sip)
    {
        var certificates = parsed.GetValue(_certificates) ?? [];
        var keys = parsed.GetValue(_keys) ?? [];
        var authorities = parsed.GetValue(_authorities);
        if (certificates.Length != keys.Length)
        {
            throw new UsageException("--tls-cert and --tls-key: one key for each certificate");
        }

        var listen = parsed.GetValue(_listen);
        if (listen is not null && certificates.Length == 0)
        {
            throw new UsageException($"--tls {listen}: needs --tls-cert and --tls-key");
        }

        foreach (var file in (FileInfo?[])[.. certificates, .. keys, authorities])
        {
            if (file is { Exists: false }) throw new UsageException($"{file}: there is no such file");
        }

        return new TlsOptions
        {
            Listen = certificates.Length == 0 ? null : listen ?? new IPEndPoint(sip.Address, 5061),
            Certificates = [.. certificates.Zip(keys, (c, k) => new TlsCertificateFiles(c.FullName, k.FullName))],
            AuthoritiesFile = authorities?.FullName,
        };
    }

    private static IPEndPoint? Endpoint(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var at)) return at;

        result.AddError($"--tls: '{text}' is not HOST:PORT with a numeric host, such as 0.0.0.0:5061");
        return null;
    }
}
