using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts.Views;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Streams;

namespace OrleansAcd.Cli;

/// <summary>The media node as a part of this process: started after the grains, stopped before them.</summary>
internal sealed class MediaNodeService(
    CentreHostOptions options, IConfiguration settings, IStreamBus bus, RecordingSpool spool, TimeProvider time,
    ILogger<MediaNodeHost> log)
    : IHostedService, ISystemPart
{
    private static readonly TimeSpan SettingsMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GoodbyeMax = TimeSpan.FromSeconds(5);

    public MediaNodeHost? Node { get; private set; }

    public IReadOnlyList<string> PromptProblems { get; private set; } = [];

    public string Name => "node";

    public Task<SystemPartView> Read(CancellationToken cancellation) => Node is { } node
        ? node.ReadFigures(cancellation)
        : Task.FromResult(new SystemPartView(new Dictionary<string, long>(), "not started"));

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var prompts = PromptLibrary.Load(new DirectoryInfo(Path.Combine(options.Data.FullName, "prompts")));
        PromptProblems = prompts.Problems;
        var node = new MediaNodeOptions
        {
            Sip = options.Sip,
            Tls = options.Tls,
            Advertise = options.AdvertisedAddress(),
            RtpPortFirst = options.RtpPorts.First,
            RtpPortLast = options.RtpPorts.Last,
            Recorder = new RecorderOptions(spool),
        };
        node = NameServerSetting.Fill(MediaOption.Fill(node, options, settings), settings);
        Node = MediaNodeHost.Start(node, bus, prompts, time, log, out var problem) ?? throw new UsageException(problem);
        await Node.Ready.WaitAsync(SettingsMax, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Node is null) return;

        await Node.Stop(GoodbyeMax);
        await Node.DisposeAsync();
    }
}
