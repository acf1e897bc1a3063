using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Storage;
using OrleansAcd.Contracts.Views;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Cli.Demo;

/// <summary>Runs a whole centre on loopback with softphones as agents and callers, and reports what they
/// measured.</summary>
internal static class DemoRun
{
    private const int CentreRtpFirst = 20_000;
    private const int CentreRtpLast = 39_999;

    /// <summary>Longest time for the last agent to be ready, and for records to be written at the end.</summary>
    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(30);

    /// <exception cref="UsageException">The centre cannot start.</exception>
    public static async Task<DemoReport> Execute(DemoOptions options, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("acd-demo-");
        try
        {
            await using var host = await StartCentre(options, folder, cancellation);
            await using var floor = new DemoFloor(options, new IPEndPoint(IPAddress.Loopback, host.Node.Sip.Port));
            var queue = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IQueueGrain>(DemoCentre.Queue);
            await floor.StaffUp(cancellation);
            await Until(async () => (await queue.Get()).Ready == options.Agents, cancellation);
            var report = await DemoTable.Watch(
                options, floor, queue, Serve(options, floor, cancellation), cancellation);
            var records = await CountRecords(
                host.Services.GetRequiredService<ICallStore>(), report.Offered, cancellation);
            var view = await queue.Get();
            await host.Stop();
            return report with { Records = records, ServiceLevel = view.ServiceLevel, AsaSeconds = view.AsaSeconds };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<CentreHost> StartCentre(
        DemoOptions options, DirectoryInfo folder, CancellationToken cancellation)
    {
        var centre = new CentreHostOptions
        {
            Sip = new IPEndPoint(IPAddress.Loopback, 0),
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            RtpPorts = new PortRange(CentreRtpFirst, CentreRtpLast),
            Data = folder,
        };
        var none = new Dictionary<string, string>();
        return CentreHost.Start(
            centre, new CentreDocument(DemoCentre.Yaml(options), null, "a demonstration", none), cancellation);
    }

    /// <summary>Callers come at random with the rate asked for (a Poisson process from the seed), and all calls are
    /// awaited.</summary>
    private static async Task<DemoReport> Serve(DemoOptions options, DemoFloor floor, CancellationToken cancellation)
    {
        var random = new SeededIdSource((ulong)options.Seed);
        var started = TimeProvider.System.GetTimestamp();
        var due = TimeSpan.Zero;
        var calls = new List<Task>(options.Calls);
        for (var i = 0; i < options.Calls; i++)
        {
            var uniform = (random.NextBits() >> 11) / (double)(1UL << 53);
            due += TimeSpan.FromSeconds(-Math.Log(1 - uniform) / options.Rate);
            var wait = due - TimeProvider.System.GetElapsedTime(started);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation);
            calls.Add(floor.Call(i, cancellation));
        }

        await Task.WhenAll(calls).WaitAsync(cancellation);
        await floor.AllAgentCallsEnded(SettleMax);
        return floor.Report(TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>Counts the call records, as soon as there are as many as calls, or after the settling time.</summary>
    private static async Task<int> CountRecords(ICallStore store, int expected, CancellationToken cancellation)
    {
        var found = 0;
        await Until(
            async () =>
            {
                found = 0;
                IReadOnlyList<CallView> page;
                CallView? last = null;
                do
                {
                    page = await store.List(new CallFilter(null, null, null, null), last?.Id, 200, cancellation);
                    found += page.Count;
                    last = page.Count > 0 ? page[^1] : null;
                }
                while (page.Count > 0);
                return found >= expected;
            },
            cancellation);
        return found;
    }

    private static async Task Until(Func<Task<bool>> condition, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > SettleMax) return;
            await timer.WaitForNextTickAsync(cancellation);
        }
    }
}
