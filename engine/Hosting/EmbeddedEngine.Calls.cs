using System.Collections.Concurrent;
using Orleans.Runtime;
using OrleansAcd.Engine.Runtime;

namespace OrleansAcd.Engine;

/// <summary>The way of a call: directory, activation, answer.</summary>
public sealed partial class EmbeddedEngine
{
    private const int ForwardsMax = 4;

    private readonly ConcurrentDictionary<(GrainClass Class, string Key), Activation> _directory = new();
    private long _sequence;

    internal void Send(GrainClass grainClass, string key, ref Activation? known, Request request)
    {
        request.Expect(Turns.AnswerOptions);
        request.DeadlineTick = Tick + _responseTicks + 1;
        request.WatchToken(Turns);
        if (Admit(grainClass, key, ref known, request) is { } refusal) FailLater(request, refusal);
    }

    internal void SendOneWay(GrainClass grainClass, string key, ref Activation? known, Request request)
    {
        var target = GrainId.Create(grainClass.GrainType, key);
        if (!Faults.LetsThrough(target, request, () => Deliver(grainClass, key, request))) return;

        if (Admit(grainClass, key, ref known, request) is { } refusal) ReportFailure(target, request, refusal);
    }

    /// <summary>Sends a request that an activation could not run on to the next activation.</summary>
    internal void SendOn(GrainClass grainClass, GrainId target, Request request)
    {
        Activation? none = null;
        var refusal = ++request.Forwards > ForwardsMax
            ? new OrleansException($"{request.Name} found no lasting activation of {target}.")
            : Admit(grainClass, target.Key.ToString(), ref none, request);
        if (refusal is null) return;

        ReportFailure(target, request, refusal);
        FailLater(request, refusal);
    }

    internal void FailLater(Request request, Exception error)
    {
        request.Release();
        Turns.Deliver(() => request.Fail(error));
    }

    internal void Remove(Activation activation)
    {
        var key = (activation.Class, activation.GrainId.Key.ToString());
        if (!_directory.TryRemove(new(key, activation))) return;

        Interlocked.Decrement(ref _activations);
        Interlocked.Add(ref _callsOfEnded, activation.Calls);
    }

    internal Activation? Find(GrainId grain) =>
        _directory.GetValueOrDefault((_catalog.ClassOf(grain.Type), grain.Key.ToString()));

    private void Deliver(GrainClass grainClass, string key, Request request)
    {
        Activation? none = null;
        if (Admit(grainClass, key, ref none, request) is { } refusal)
        {
            ReportFailure(GrainId.Create(grainClass.GrainType, key), request, refusal);
        }
    }

    private Exception? Admit(GrainClass grainClass, string key, ref Activation? known, Request request)
    {
        if (_stopped) return new SiloUnavailableException("The engine has stopped.");

        while (true)
        {
            var activation = known ?? GetOrMake(grainClass, key);
            if (activation is null) return TooManyActivations();

            known = activation;
            switch (activation.TryEnqueue(request))
            {
                case Admission.Accepted: return null;
                case Admission.Full: return TooManyWaiting(activation);
                default: known = null; break;
            }
        }
    }

    private Activation? GetOrMake(GrainClass grainClass, string key)
    {
        if (_directory.TryGetValue((grainClass, key), out var existing)) return existing;
        if (Interlocked.Increment(ref _activations) > Options.ActivationsMax)
        {
            Interlocked.Decrement(ref _activations);
            return null;
        }

        var made = new Activation(this, grainClass, key, Interlocked.Increment(ref _sequence));
        var winner = _directory.GetOrAdd((grainClass, key), made);
        if (winner != made) Interlocked.Decrement(ref _activations);
        else Interlocked.Increment(ref _activated);
        return winner;
    }

    private LimitExceededException TooManyWaiting(Activation activation)
    {
        Interlocked.Increment(ref _refused);
        return new(
            nameof(EngineOptions.WaitingRequestsMax),
            activation.QueueLength,
            Options.WaitingRequestsMax,
            activation.GrainId);
    }

    private LimitExceededException TooManyActivations()
    {
        Interlocked.Increment(ref _refused);
        return new(nameof(EngineOptions.ActivationsMax), _activations, Options.ActivationsMax, "the engine");
    }

    /// <summary>Activations in the order of their making, so that what is done to all is done in one order.</summary>
    private List<Activation> InOrder()
    {
        var all = new List<Activation>(_directory.Count);
        foreach (var entry in _directory) all.Add(entry.Value);
        if (Options.VirtualTime is not null) all.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        return all;
    }
}
