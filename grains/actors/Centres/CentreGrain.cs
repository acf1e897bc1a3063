using System.Collections.Immutable;
using Orleans;
using Orleans.Runtime;
using OrleansAcd.CentreYaml;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Actors;

/// <summary>The centre document: parsed, stored without passwords, published to all processes.</summary>
public sealed class CentreGrain(
    [PersistentState("centre")] IPersistentState<CentreStored> stored, IStreamBus bus) : Grain, ICentreGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (stored.State.Centre.Version > 0) await Publish();
    }

    public async Task<CentreApplied> Apply(string yaml, bool dryRun)
    {
        var current = stored.State.Centre;
        var (centre, problems) = CentreParser.Parse(yaml, current.Version + 1, current);
        if (centre is null) return new CentreApplied(false, false, current.Version, problems);
        if (CentreParser.Same(centre, current)) return new CentreApplied(true, false, current.Version, []);
        if (dryRun) return new CentreApplied(true, true, current.Version, []);

        var before = stored.State;
        stored.State = new CentreStored { Yaml = CentreRedaction.Redact(yaml) ?? "", Centre = centre };
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            // Not stored: not applied. The caller gets the reason.
            stored.State = before;
            throw;
        }

        await Publish();
        return new CentreApplied(true, true, centre.Version, []);
    }

    public async Task<CentreDocument> Get()
    {
        if (stored.State.Centre.Version > 0) await Publish();
        return new CentreDocument(stored.State.Centre.Version, stored.State.Yaml);
    }

    /// <summary>Tells all processes; who has this version ignores it.</summary>
    private ValueTask Publish() => bus.PublishAsync(LocalCentreSource.Stream, stored.State.Centre);
}
