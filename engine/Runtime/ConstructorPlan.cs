using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans;
using Orleans.Core;
using Orleans.Runtime;

namespace OrleansAcd.Engine.Runtime;

/// <summary>Where each parameter of a grain's constructor comes from.</summary>
internal sealed class ConstructorPlan
{
    private readonly ConstructorInvoker _constructor;
    private readonly Func<Activation, object?>[] _sources;

    public ConstructorPlan(Type type, EmbeddedEngine engine)
    {
        var constructor = Choose(type);
        _constructor = ConstructorInvoker.Create(constructor);
        _sources = [.. constructor.GetParameters().Select(parameter => SourceOf(parameter, engine))];
    }

    /// <summary>Makes the object, and names the stored values among its parameters.</summary>
    public (object Instance, IReadOnlyList<IStorage> States) Make(Activation activation)
    {
        var arguments = new object?[_sources.Length];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = _sources[i](activation);

        Activation.BeingMade = activation;
        try
        {
            return (_constructor.Invoke(arguments.AsSpan()), [.. arguments.OfType<IStateBridge>()]);
        }
        finally
        {
            Activation.BeingMade = null;
        }
    }

    private static ConstructorInfo Choose(Type type)
    {
        var all = type.GetConstructors();
        return all.FirstOrDefault(c => c.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? all.MaxBy(c => c.GetParameters().Length)
            ?? throw new InvalidOperationException($"Grain class {type} has no public constructor.");
    }

    private static Func<Activation, object?> SourceOf(ParameterInfo parameter, EmbeddedEngine engine)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
        {
            return StateSource(parameter, state, engine);
        }

        if (type == typeof(IGrainContext)) return activation => activation;
        if (type == typeof(IGrainFactory)) return activation => activation.Factory;
        if (type == typeof(TimeProvider)) return activation => activation.Engine.TimeProvider;
        if (type == typeof(IServiceProvider)) return activation => activation.ActivationServices;
        return ServiceSource(parameter);
    }

    private static Func<Activation, object?> StateSource(
        ParameterInfo parameter, PersistentStateAttribute state, EmbeddedEngine engine)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new InvalidOperationException(
                $"{parameter.Member.DeclaringType}: [PersistentState] goes on IPersistentState<T>, not on {type}.");
        }

        var bridge = typeof(StateBridge<>).MakeGenericType(type.GetGenericArguments());
        var make = ConstructorInvoker.Create(bridge.GetConstructors()[0]);
        var storage = engine.StorageOf(state.StorageName);
        return activation => make.Invoke(state.StateName, activation.GrainId, storage);
    }

    private static Func<Activation, object?> ServiceSource(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            return activation => activation.ActivationServices.GetRequiredKeyedService(type, keyed.Key);
        }

        return activation => activation.ActivationServices.GetService(type) ?? Missing(activation, parameter);
    }

    private static object? Missing(Activation activation, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ILogger<>))
        {
            return Activator.CreateInstance(typeof(NullLogger<>).MakeGenericType(type.GetGenericArguments()));
        }

        return parameter.HasDefaultValue
            ? parameter.DefaultValue
            : activation.ActivationServices.GetRequiredService(type);
    }
}
