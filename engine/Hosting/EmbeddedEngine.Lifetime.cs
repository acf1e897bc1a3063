using Orleans;

namespace OrleansAcd.Engine;

/// <summary>How an engine stops.</summary>
public sealed partial class EmbeddedEngine
{
    /// <summary>Rounds in which grains that were called while others ended are ended too.</summary>
    private const int StopRoundsMax = 10;

    private volatile bool _stopped;

    /// <summary>Checks that the engine may run. It runs from its making; this is here for hosts.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_stopped, this);
        return Task.CompletedTask;
    }

    /// <summary>Deactivates every grain, letting requests that run come to their end, then refuses calls.</summary>
    /// <remarks>Grains may call each other while they end. In virtual time, advance it until this completes.</remarks>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "the engine stops");
        for (var round = 0; round < StopRoundsMax && !_directory.IsEmpty; round++)
        {
            var all = InOrder();
            foreach (var activation in all) activation.Deactivate(reason, cancellationToken);
            await Task.WhenAll(all.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
        }

        _stopped = true;
        await _sweeper.DisposeAsync();
    }

    /// <summary>Refuses calls from now on, without ending grains: those who want them ended stop first.</summary>
    public void Dispose()
    {
        _stopped = true;
        _sweeper.Dispose();
    }

    /// <summary>Stops, if that has not been done yet.</summary>
    public async ValueTask DisposeAsync()
    {
        // Virtual time does not run by itself: whoever wants grains to end there stops before disposing.
        if (!_stopped && Options.VirtualTime is null) await StopAsync();
        _stopped = true;
        await _sweeper.DisposeAsync();
    }
}
