using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;

namespace OrleansAcd.Cli;

/// <summary><c>acd run</c>: the whole centre in one process.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var centre = new Option<FileInfo?>("--centre")
        {
            Description = "The centre document; without it a sample centre, kept in the data folder",
            HelpName = "FILE",
        };
        var sip = EndpointOption.Endpoint(
            "--sip", "Where phones connect, UDP and TCP", new IPEndPoint(IPAddress.Any, 5060));
        var http = EndpointOption.Endpoint(
            "--http", "Where browsers and programs connect", new IPEndPoint(IPAddress.Loopback, 8080));
        var ports = EndpointOption.Ports("--rtp-ports", "Ports for audio", new PortRange(20_000, 29_999));
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder for what is kept [data]",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("data"),
        };
        var advertise = EndpointOption.Address(
            "--advertise", "The address that phones are told; default: the one phones reach");

        var command = new Command("run", "Start everything in one process")
            { centre, sip, http, ports, data, advertise };
        var tls = new TlsOption();
        tls.AddTo(command);
        var media = new MediaOption();
        media.AddTo(command);
        command.SetAction((parsed, cancellation) => Shell.Run(() => Run(
            media.Read(parsed, new CentreHostOptions
            {
                Sip = parsed.GetValue(sip)!,
                Tls = OperatingSystem.IsLinux() ? tls.Read(parsed, parsed.GetValue(sip)!) : null,
                Http = parsed.GetValue(http)!,
                RtpPorts = parsed.GetValue(ports),
                Data = parsed.GetValue(data)!,
                Advertise = parsed.GetValue(advertise),
            }),
            parsed.GetValue(centre),
            cancellation)));
        return command;
    }

    private static async Task<int> Run(CentreHostOptions options, FileInfo? centre, CancellationToken cancellation)
    {
        var document = await CentreDocuments.ForRun(centre, options.Data, cancellation);
        await using var host = await CentreHost.Start(options, document, cancellation);
        using var reload = ReloadOnHangup(host, options);
        Banner.Print(host, options, document);
        await CentreHost.Asked(cancellation);
        Console.WriteLine("stopping: calls are told, records are written");
        await host.Stop();
        return 0;
    }

    /// <summary>SIGHUP takes certificates whose files have changed, as services do; without certificates it ends the
    /// process, as elsewhere.</summary>
    private static PosixSignalRegistration? ReloadOnHangup(CentreHost host, CentreHostOptions options)
    {
        if (options.Tls is not { Certificates.Count: > 0 } || OperatingSystem.IsWindows()) return null;

        return PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            host.Node.ReloadCertificates();
        });
    }
}
