using System.Globalization;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace OrleansAcd.Cli.Demo;

/// <summary>What a person sees of a demonstration: a live table, then a summary.</summary>
internal static class DemoTable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Shows the table while the work goes on; without a terminal, a line every few seconds; with JSON,
    /// nothing.</summary>
    public static async Task<DemoReport> Watch(
        DemoOptions options, DemoFloor floor, IQueueGrain queue, Task<DemoReport> work, CancellationToken cancellation)
    {
        if (options.Json) return await work;
        if (!AnsiConsole.Profile.Capabilities.Interactive)
            return await Lines(options, floor, queue, work, cancellation);

        await AnsiConsole.Live(Rows(options, floor, await queue.Get())).StartAsync(async live =>
        {
            using var timer = new PeriodicTimer(Period);
            while (!work.IsCompleted && await timer.WaitForNextTickAsync(cancellation))
            {
                live.UpdateTarget(Rows(options, floor, await queue.Get()));
            }
        });
        return await work;
    }

    public static void PrintSummary(DemoOptions options, DemoReport report)
    {
        if (options.Json)
        {
            Console.WriteLine(report.ToJson());
            return;
        }

        var table = new Table().Title("Summary").Border(TableBorder.Simple).HideHeaders().AddColumns("", "");
        table.AddRow("offered", Number(report.Offered));
        table.AddRow("answered", Number(report.Answered));
        table.AddRow("abandoned", Number(report.Abandoned));
        table.AddRow("failed", Number(report.Failed));
        table.AddRow("service level", report.ServiceLevel is { } level
            ? level.ToString("P1", CultureInfo.InvariantCulture) : "-");
        table.AddRow("ASA", report.AsaSeconds is { } asa
            ? string.Create(CultureInfo.InvariantCulture, $"{asa:0.0} s") : "-");
        table.AddRow("setup p50 / p90 / p99", Text(report.SetupMs));
        table.AddRow("agent hears caller p50 / p90 / p99", Text(report.ConnectMs));
        table.AddRow("RTP packets lost", string.Create(
            CultureInfo.InvariantCulture,
            $"{report.PacketsLost} of {report.PacketsSent} ({report.PacketLossPercent} %)"));
        table.AddRow("call records", Number(report.Records));
        AnsiConsole.Write(table);
        Console.WriteLine(report.NothingLost ? "nothing was lost" : "SOMETHING WAS LOST");
    }

    private static async Task<DemoReport> Lines(
        DemoOptions options, DemoFloor floor, IQueueGrain queue, Task<DemoReport> work, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
        while (await Task.WhenAny(work, timer.WaitForNextTickAsync(cancellation).AsTask()) != work)
        {
            var view = await queue.Get();
            Console.WriteLine(
                $"calls {floor.Offered}/{options.Calls}  waiting {view.Waiting}  ringing {view.Ringing}  talking {view.Talking}  " +
                $"ready {view.Ready}  done {floor.Finished}");
        }

        return await work;
    }

    private static IRenderable Rows(DemoOptions options, DemoFloor floor, QueueView view)
    {
        var table = new Table().Title("OrleansAcd demonstration").Border(TableBorder.Rounded);
        table.AddColumns("calls", "waiting", "longest", "ringing", "talking", "agents ready", "answered",
            "service level", "done");
        var longest = view.OldestEnqueuedAt is { } oldest ? TimeProvider.System.GetUtcNow() - oldest : TimeSpan.Zero;
        return table.AddRow(
            $"{floor.Offered}/{options.Calls}", Number(view.Waiting),
            string.Create(CultureInfo.InvariantCulture, $"{longest.TotalSeconds:0} s"), Number(view.Ringing),
            Number(view.Talking),
            $"{view.Ready}/{view.Members}", Number((int)view.Answered),
            view.ServiceLevel is { } level ? level.ToString("P0", CultureInfo.InvariantCulture) : "-",
            Number(floor.Finished));
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(Percentiles ms) =>
        string.Create(CultureInfo.InvariantCulture, $"{ms.P50} / {ms.P90} / {ms.P99} ms");
}
