using System.Reflection;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansAcd.Engine;

/// <summary>What an engine runs, on which time, within which limits.</summary>
public sealed class EngineOptions
{
    /// <summary>Where grain classes are looked for.</summary>
    public IList<Assembly> Assemblies { get; } = [];

    /// <summary>Grain classes beside those of the assemblies.</summary>
    public IList<Type> GrainClasses { get; } = [];

    /// <summary>Storages by the name that [PersistentState] gives; a name that is missing here is asked of the services
    /// as a keyed <see cref="IGrainStorage"/>. No name at all means "Default".</summary>
    public IDictionary<string, IGrainStorage> Storages { get; } = new Dictionary<string, IGrainStorage>();

    /// <summary>Set: turns and timers run in virtual time, on the thread that advances it. Null: real time.</summary>
    public VirtualTime? VirtualTime { get; set; }

    /// <summary>The clock of real time.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>How long a caller waits; afterwards it gets a <see cref="TimeoutException"/>, and a call that has begun
    /// goes on. Seen with the coarseness of <see cref="SweepPeriod"/>.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing uses a grain before it is deactivated; infinite for never.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long OnDeactivateAsync may take.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often time-outs and idle grains are looked for.</summary>
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests that may wait for one activation; more are refused.</summary>
    public int WaitingRequestsMax { get; set; } = 10_000;

    /// <summary>Timers that one activation may have.</summary>
    public int TimersPerActivationMax { get; set; } = 1_000;

    /// <summary>Activations that may exist; calls that would make more are refused.</summary>
    public int ActivationsMax { get; set; } = 1_000_000;

    /// <summary>True (for tests): grain interfaces whose arguments or results could be changed after they were handed
    /// over are refused, since nothing is copied.</summary>
    public bool ChecksMessages { get; set; }

    /// <summary>Told of failures of one-way calls: no caller hears of them.</summary>
    public Action<GrainId, string, Exception>? OneWayFailed { get; set; }
}
