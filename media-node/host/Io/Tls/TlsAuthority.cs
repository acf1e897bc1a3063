using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansAcd.MediaNode.Io.Tls;

/// <summary>What TLS sessions of a node are made from: certificates by name, whom to trust; reloaded when files
/// change.</summary>
/// <remarks>Sessions go on with what they began with. For one thread.</remarks>
internal sealed unsafe class TlsAuthority : IDisposable
{
    private const int CertificatesMax = 64;

    private readonly TlsOptions _options;
    private bool _asksForCertificate;
    private readonly GCHandle _self;
    private List<(TlsContext Context, IReadOnlyList<string> Names)> _servers = [];
    private TlsContext? _client;
    private Dictionary<string, DateTime> _loaded = [];

    private TlsAuthority(TlsOptions options)
    {
        _options = options;
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
    }

    public TlsOptions Options => _options;

    /// <summary>Times that changed files were taken.</summary>
    public long Reloads { get; private set; }

    /// <summary>Times that they could not be, and those before stayed.</summary>
    public long ReloadsFailed { get; private set; }

    /// <summary>Null when a file cannot be used, or the system has no OpenSSL 3; and why.</summary>
    public static TlsAuthority? Open(TlsOptions options, out string problem)
    {
        problem = "libssl.so.3 is missing: TLS needs OpenSSL 3 on Linux";
        if (!LibSsl.IsPresent) return null;

        problem = $"more than {CertificatesMax} certificates";
        if (options.Certificates.Count > CertificatesMax) return null;

        problem = "TLS listens only with a certificate and its key";
        if (options.Listen is not null && options.Certificates.Count == 0) return null;

        var authority = new TlsAuthority(options);
        if (authority.TryLoad(out problem)) return authority;

        authority.Dispose();
        return null;
    }

    /// <summary>Takes files that have changed since; false when none has, or the new ones do not fit together
    /// yet.</summary>
    public bool ReloadIfChanged()
    {
        var isSame = Stamps() is { } now && now.Count == _loaded.Count
            && now.All(file => _loaded.TryGetValue(file.Key, out var then) && then == file.Value);
        if (isSame) return false;

        if (TryLoad(out _))
        {
            Reloads++;
            return true;
        }

        ReloadsFailed++;
        return false;
    }

    /// <summary>Whether clients are asked for a certificate: when some trunk is known by one.</summary>
    public void AskForCertificates(bool ask)
    {
        if (ask == _asksForCertificate) return;

        _asksForCertificate = ask;
        if (!TryLoad(out _)) ReloadsFailed++;
    }

    public TlsSession AcceptSession() => TlsSession.Server(_servers[0].Context);

    /// <param name="name">The host of the URI: its certificate must hold it (RFC 5922 §4).</param>
    public TlsSession ConnectSession(string name) => TlsSession.Client(_client!, name);

    public void Dispose()
    {
        Free(_servers, _client);
        (_servers, _client) = ([], null);
        if (_self.IsAllocated) _self.Free();
    }

    private bool TryLoad(out string problem)
    {
        var stamps = Stamps();
        var servers = new List<(TlsContext Context, IReadOnlyList<string> Names)>();
        var own = _options.Certificates is [var first, ..] ? first : null;
        var client = TlsContext.Client(own, _options.AuthoritiesFile, out problem);
        if (client is null || !TryLoadServers(servers, out problem))
        {
            Free(servers, client);
            return false;
        }

        Free(_servers, _client);
        (_servers, _client, _loaded) = (servers, client, stamps);
        return true;
    }

    private bool TryLoadServers(List<(TlsContext Context, IReadOnlyList<string> Names)> servers, out string problem)
    {
        problem = "";
        foreach (var files in _options.Certificates)
        {
            var context = TlsContext.Server(files, _options.AuthoritiesFile, _asksForCertificate, out problem);
            if (context is null) return false;

            context.ChooseByName(&OnServerName, GCHandle.ToIntPtr(_self));
            servers.Add((context, NamesIn(files.Certificate)));
        }

        return true;
    }

    private Dictionary<string, DateTime> Stamps()
    {
        var files = _options.Certificates.SelectMany(c => (string[])[c.Certificate, c.Key]).ToHashSet();
        if (_options.AuthoritiesFile is { } authorities) files.Add(authorities);
        return files.ToDictionary(file => file, File.GetLastWriteTimeUtc, StringComparer.Ordinal);
    }

    private static IReadOnlyList<string> NamesIn(string file)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            return TlsCertificateNames.Of(certificate);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or IOException)
        {
            return [];
        }
    }

    private static void Free(List<(TlsContext Context, IReadOnlyList<string> Names)> servers, TlsContext? client)
    {
        foreach (var (context, _) in servers) context.Dispose();
        client?.Dispose();
    }

    private bool TryChoose(nint session, string name)
    {
        foreach (var (context, names) in _servers)
        {
            if (!TlsCertificateNames.Covers(names, name)) continue;

            return LibSsl.SetContext(session, context.Pointer) != 0;
        }

        return false;
    }

    /// <summary>Called within a handshake; a name that is nobody's gets the first certificate.</summary>
    [UnmanagedCallersOnly]
    private static int OnServerName(nint session, int* alert, nint argument)
    {
        var asked = Marshal.PtrToStringUTF8(LibSsl.GetServerName(session, LibSsl.HostNameType));
        var isChosen = asked is not null && GCHandle.FromIntPtr(argument).Target is TlsAuthority authority
            && authority.TryChoose(session, asked);
        return isChosen ? LibSsl.ServerNameTaken : LibSsl.ServerNameIgnored;
    }
}
