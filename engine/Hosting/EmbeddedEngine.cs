using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansAcd.Engine.Runtime;

namespace OrleansAcd.Engine;

/// <summary>Runs grains in this process: the part of the Orleans API that they use, without a cluster.</summary>
/// <remarks>Safe for any thread in real time. In virtual time everything runs on the thread that advances it.</remarks>
public sealed partial class EmbeddedEngine : IGrainFactory, IAsyncDisposable, IDisposable
{
    private readonly ProxyFactory _proxies;
    private readonly GrainCatalog _catalog;
    private readonly ILogger _log;
    private readonly ITimer _sweeper;
    private readonly long _responseTicks;
    private readonly long _idleTicks;
    private long _tick;

    /// <summary>An engine that runs from now on.</summary>
    public EmbeddedEngine(EngineOptions options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        Options = options;
        Services = services;
        Turns = options.VirtualTime is { } time ? time.Turns : new PoolTurns();
        TimeProvider = options.VirtualTime?.TimeProvider ?? options.TimeProvider;
        _log = services.GetService<ILoggerFactory>()?.CreateLogger<EmbeddedEngine>() ?? (ILogger)NullLogger.Instance;
        _proxies = new ProxyFactory(options.ChecksMessages);
        var types = options.Assemblies.SelectMany(assembly => assembly.GetTypes()).Concat(options.GrainClasses);
        _catalog = new GrainCatalog(types, this);
        _responseTicks = TicksOf(options.ResponseTimeout);
        _idleTicks = TicksOf(options.CollectionAge);
        Faults = new FaultInjection(this);
        _sweeper = Flow.CreateTimer(TimeProvider, _ => Sweep());
        _sweeper.Change(options.SweepPeriod, options.SweepPeriod);
    }

    /// <summary>Faults to be put in: lost activations, lost or late one-way calls.</summary>
    public FaultInjection Faults { get; }

    /// <summary>The clock that grains see.</summary>
    public TimeProvider TimeProvider { get; }

    internal EngineOptions Options { get; }

    internal IServiceProvider Services { get; }

    internal ITurns Turns { get; }

    internal long Tick => Volatile.Read(ref _tick);

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        var type = typeof(TGrainInterface);
        return (TGrainInterface)Reference(type, _catalog.ClassOf(type, grainClassNamePrefix), primaryKey);
    }

    /// <inheritdoc/>
    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey)
    {
        ArgumentNullException.ThrowIfNull(grainInterfaceType);
        ArgumentException.ThrowIfNullOrWhiteSpace(grainPrimaryKey);
        return (IGrain)Reference(grainInterfaceType, _catalog.ClassOf(grainInterfaceType, null), grainPrimaryKey);
    }

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)Reference(typeof(TGrainInterface), _catalog.ClassOf(grainId.Type), grainId.Key.ToString());

    internal object Reference(Type interfaceType, GrainClass grainClass, string key)
    {
        var (proxy, methods) = _proxies.Make(interfaceType);
        proxy.Bind(this, grainClass, key, methods);
        return proxy;
    }

    internal IGrainStorage StorageOf(string? name)
    {
        name ??= ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
        if (Options.Storages.TryGetValue(name, out var storage)) return storage;

        var keyed = Services as IKeyedServiceProvider;
        return keyed?.GetKeyedService(typeof(IGrainStorage), name) as IGrainStorage
            ?? throw new InvalidOperationException($"No grain storage is named \"{name}\".");
    }

    internal long TicksOf(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan || time == TimeSpan.MaxValue
            ? long.MaxValue / 4
            : (time.Ticks + Options.SweepPeriod.Ticks - 1) / Options.SweepPeriod.Ticks;

    internal void Trace(Activation activation, string what) =>
        Options.VirtualTime?.Record(activation.Name, what);

    private void Sweep()
    {
        var tick = Interlocked.Increment(ref _tick);
        foreach (var activation in InOrder()) activation.Sweep(tick, _idleTicks);
    }
}
