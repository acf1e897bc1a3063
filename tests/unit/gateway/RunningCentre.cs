using OrleansAcd.CentreYaml;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Gateway;
using OrleansAcd.Recordings;
using OrleansAcd.Silo;
using OrleansAcd.Streams;
using Folder = System.IO.Directory;

namespace OrleansAcd.Tests.Unit.GatewayTests;

/// <summary>A whole centre but for the media node: silo, storage, gateway on a free port of loopback.</summary>
public sealed class RunningCentre : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _keepData;

    private RunningCentre(WebApplication app, string directory, string? key, bool keepData)
    {
        (_app, Directory, Key, _keepData) = (app, directory, key, keepData);
        Http = Client(key);
    }

    public string Directory { get; }

    /// <summary>Null where the data directory had one already.</summary>
    public string? Key { get; }

    public HttpClient Http { get; }

    public Uri Address => new(_app.Urls.First());

    public IServiceProvider Services => _app.Services;

    public IStreamBus Bus => Services.GetRequiredService<IStreamBus>();

    public static async Task<RunningCentre> Start(
        string? centre = null, string? directory = null, Func<GatewayOptions, GatewayOptions>? gateway = null)
    {
        var data = directory ?? Folder.CreateTempSubdirectory("acd-centre-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAcdSilo(new SiloOptions
            { DataDirectory = data, CentreYaml = centre, FirstCentreYaml = SampleCentre.Yaml });
        builder.Services.AddAcdRecordings(new RecordingOptions(), data);
        var options = new GatewayOptions { DataDirectory = data };
        var key = builder.Services.AddAcdGateway(gateway?.Invoke(options) ?? options);
        var app = builder.Build();
        GatewayApp.Map(app);
        await app.StartAsync();
        return new RunningCentre(app, data, key, keepData: directory is not null);
    }

    public HttpClient Client(string? key)
    {
        var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>What a media node tells when a phone calls.</summary>
    public ValueTask Offer(string call, string number = "support") =>
        Bus.PublishAsync<MediaEvent>(MediaStreams.Events, new LegOffered(
        new(call), 1, 1, new(1), new("node"), number, new PartyIdentity("Caller", "sip:caller@example.com"), [],
            null, "PCMU"));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        if (!_keepData) Folder.Delete(Directory, recursive: true);
    }
}
