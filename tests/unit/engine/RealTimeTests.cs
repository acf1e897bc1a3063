using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using OrleansAcd.Engine;
using Xunit;
using Xunit.Abstractions;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>The engine on the thread pool: single-threaded per activation however many call.</summary>
public sealed class RealTimeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task TurnsOfAnActivationNeverOverlap()
    {
        await using var services = Services();
        var engine = services.GetRequiredService<EmbeddedEngine>();
        var names = Enumerable.Range(0, 8).Select(i => "r" + i).ToArray();
        await Task.WhenAll(names.Select(name => engine.GetGrain<IRaceGrain>("run-" + name).Run(names, 200)));
        var lines = services.GetRequiredService<Diary>().Lines;
        Assert.Equal(8 * 8 * 200, lines.Count(line => line.Contains("touches", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AHostStartsAndStopsTheEngineAndGrainsEnd()
    {
        await using var services = Services();
        var hosted = services.GetServices<IHostedService>().ToArray();
        foreach (var service in hosted) await service.StartAsync(CancellationToken.None);
        var grain = services.GetRequiredService<IGrainFactory>().GetGrain<IWorkGrain>("a");
        Assert.Equal(3, await grain.Add(1, 2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Fail());

        foreach (var service in hosted) await service.StopAsync(CancellationToken.None);
        Assert.Equal(["activated a", "deactivated a ShuttingDown"], services.GetRequiredService<Diary>().Lines);
    }

    [Fact]
    public async Task CallsFromManyThreadsAreAnsweredAndCounted()
    {
        const int Callers = 64;
        const int Each = 10_000;
        await using var services = Services();
        var engine = services.GetRequiredService<EmbeddedEngine>();
        var watch = Stopwatch.StartNew();
        var sums = await Task.WhenAll(Enumerable.Range(0, Callers).Select(c => Task.Run(() => CallAsync(engine, c))));
        output.WriteLine($"{Callers * Each / watch.Elapsed.TotalSeconds:N0} calls a second, all cores");
        Assert.All(sums, sum => Assert.Equal(Each, sum));
        Assert.Equal(Callers * Each, engine.ReadCounters().Calls);

        static async Task<int> CallAsync(EmbeddedEngine engine, int caller)
        {
            var grain = engine.GetGrain<IWorkGrain>("g" + (caller % 16));
            var sum = 0;
            for (var i = 0; i < Each; i++) sum = await grain.Add(sum, 1);
            return sum;
        }
    }

    private static ServiceProvider Services() => new ServiceCollection()
        .AddSingleton(new Diary(TimeProvider.System))
        .AddEmbeddedEngine(options =>
        {
            foreach (var type in VirtualRig.GrainTypes) options.GrainClasses.Add(type);
            options.Storages["main"] = new MemoryGrainStorage();
        })
        .BuildServiceProvider();
}
