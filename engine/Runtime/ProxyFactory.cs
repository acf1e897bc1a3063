using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace OrleansAcd.Engine.Runtime;

/// <summary>Makes references: one emitted class per grain interface, made when first asked for.</summary>
internal sealed class ProxyFactory(bool checksMessages)
{
    private readonly ConcurrentDictionary<Type, (Func<GrainProxy> Make, MethodEntry[] Methods)> _proxies = new();

    /// <summary>A reference that is not bound to a grain yet, and the methods of its interface.</summary>
    public (GrainProxy Proxy, MethodEntry[] Methods) Make(Type interfaceType)
    {
        var (make, methods) = _proxies.GetOrAdd(interfaceType, Build);
        return (make(), methods);
    }

    private (Func<GrainProxy> Make, MethodEntry[] Methods) Build(Type interfaceType)
    {
        var methods = MethodsOf(interfaceType);
        if (checksMessages) MessageCheck.Check(interfaceType, methods);

        var type = ProxyEmitter.Emit(interfaceType, methods);
        var make = Expression.Lambda<Func<GrainProxy>>(Expression.New(type)).Compile();
        return (make, [.. methods.Select(method => new MethodEntry(interfaceType.Name, method))]);
    }

    private static MethodInfo[] MethodsOf(Type interfaceType)
    {
        var all = interfaceType.GetInterfaces().Append(interfaceType)
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.IsAbstract)
            .ToArray();
        foreach (var method in all) CheckShape(interfaceType, method);
        return all;
    }

    private static void CheckShape(Type interfaceType, MethodInfo method)
    {
        var result = method.ReturnType.IsGenericType
            ? method.ReturnType.GetGenericTypeDefinition() : method.ReturnType;
        var isTask = result == typeof(Task) || result == typeof(ValueTask)
            || result == typeof(Task<>) || result == typeof(ValueTask<>);
        if (!isTask || method.IsGenericMethod || method.GetParameters().Any(p => p.ParameterType.IsByRef))
        {
            throw new NotSupportedException(
                $"{interfaceType}.{method.Name}: grain methods return Task, Task<T>, ValueTask or ValueTask<T>, "
                + "are not generic and take no parameters by reference.");
        }

        var isOneWay = method.IsDefined(typeof(Orleans.Concurrency.OneWayAttribute));
        if (isOneWay && result != typeof(Task) && result != typeof(ValueTask))
        {
            throw new NotSupportedException(
                $"{interfaceType}.{method.Name}: a one-way method returns Task or ValueTask.");
        }
    }
}
