using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Gateway;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Silo;
using OrleansAcd.Storage;

namespace OrleansAcd.Cli;

/// <summary>The whole centre in one process: silo, media node, gateway.</summary>
internal sealed class CentreHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CentreHost(WebApplication app, string? madeKey) => (_app, MadeKey) = (app, madeKey);

    /// <summary>The API key, when it was made at this start.</summary>
    public string? MadeKey { get; }

    public MediaNodeHost Node => Media.Node!;

    public MediaNodeService Media => _app.Services.GetRequiredService<MediaNodeService>();

    public IServiceProvider Services => _app.Services;

    public Uri Http => new(
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <exception cref="UsageException">An address, the data folder or the centre document cannot be used.</exception>
    public static async Task<CentreHost> Start(
        CentreHostOptions options, CentreDocument document, CancellationToken cancellation)
    {
        WebApplication? app = null;
        try
        {
            app = Build(options, document, out var madeKey);
            await app.StartAsync(cancellation);
            return new CentreHost(app, madeKey);
        }
        catch (Exception problem) when (Explain(problem, options) is { } message)
        {
            if (app is not null) await app.DisposeAsync();
            throw new UsageException(message);
        }
    }

    /// <summary>Completes when this process is asked to end.</summary>
    public static Task Asked(CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation)
        .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Calls are told, grains finish, the journal is flushed.</summary>
    public Task Stop() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(CentreHostOptions options, CentreDocument document, out string? madeKey)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddEnvironmentVariables();
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning).AddFilter(GatewayOptions.AuditLog, LogLevel.Information);
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Http));
        builder.Services.AddSingleton(options);
        var settings = Settings(builder.Configuration);
        builder.Services.AddAcdSilo(settings with
        {
            DataDirectory = options.Data.FullName,
            CentreYaml = document.Given,
            FirstCentreYaml = document.Sample,
        });
        builder.Services.AddAcdRecordings(Recordings(builder.Configuration), options.Data.FullName);
        builder.Services.AddSingleton<IOpusDecoding, OpusDecoding>();
        madeKey = builder.Services.AddAcdGateway(new GatewayOptions { DataDirectory = options.Data.FullName });
        builder.Services.AddSingleton<MediaNodeService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MediaNodeService>());
        builder.Services.AddSingleton<ISystemPart>(services => services.GetRequiredService<MediaNodeService>());
        builder.Services.AddHostedService<RescuedSegments>();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        GatewayApp.Map(app);
        return app;
    }

    private static SiloOptions Settings(IConfiguration configuration) =>
        Read<SiloOptions>(configuration, "Acd") ?? new SiloOptions();

    private static RecordingOptions Recordings(IConfiguration configuration)
    {
        var options = Read<RecordingOptions>(configuration, "Acd:Recordings") ?? new RecordingOptions();
        var problems = options.Problems();
        return problems.Count == 0 ? options : throw new UsageException(string.Join('\n', problems));
    }

    private static T? Read<T>(IConfiguration configuration, string section)
        where T : class
    {
        try
        {
            return configuration.GetSection(section).Get<T>();
        }
        catch (InvalidOperationException problem)
        {
            // "Failed to convert configuration value 'x' at 'Acd:RetentionDays' to type ...": names key and value.
            throw new UsageException(problem.Message);
        }
    }

    private static string? Explain(Exception problem, CentreHostOptions options) => problem switch
    {
        UsageException or SiloException or StorageException => problem.Message,
        IOException { InnerException: AddressInUseException } => $"--http {options.Http}: the address is in use",
        System.Net.Sockets.SocketException => $"--http {options.Http}: {problem.Message}",
        InvalidDataException => problem.Message,
        IOException or UnauthorizedAccessException => $"{options.Data}: {problem.Message}",
        _ => null,
    };

    /// <summary>Signals are the command line's; the host stops when it is told.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
