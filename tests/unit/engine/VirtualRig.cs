using Microsoft.Extensions.DependencyInjection;
using OrleansAcd.Engine;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>An engine in virtual time with the grains of these tests.</summary>
internal sealed class VirtualRig
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    public VirtualRig(int seed = 1, Action<EngineOptions>? configure = null)
    {
        Time = new VirtualTime(seed);
        Diary = new Diary(Time.TimeProvider);
        var options = new EngineOptions { VirtualTime = Time };
        options.Storages["main"] = Storage;
        foreach (var type in GrainTypes) options.GrainClasses.Add(type);
        configure?.Invoke(options);
        var services = new ServiceCollection().AddSingleton(Diary).BuildServiceProvider();
        Engine = new EmbeddedEngine(options, services);
    }

    public static Type[] GrainTypes =>
    [
        typeof(WorkGrain), typeof(ReentrantGrain), typeof(BrokenGrain), typeof(TimerGrain), typeof(CountGrain),
        typeof(RaceGrain),
    ];

    public VirtualTime Time { get; }

    public Diary Diary { get; }

    public MemoryGrainStorage Storage { get; } = new();

    public EmbeddedEngine Engine { get; }

    public IWorkGrain Work(string key = "a") => Engine.GetGrain<IWorkGrain>(key);

    public T Run<T>(Func<Task<T>> client) => Time.Run(client, Limit);

    public void Run(Func<Task> client) => Time.Run(client, Limit);

    /// <summary>Lines of the diary, without those about life and death.</summary>
    public string[] Deeds => [.. Diary.Lines.Where(line => !line.Contains("activated", StringComparison.Ordinal))];
}
