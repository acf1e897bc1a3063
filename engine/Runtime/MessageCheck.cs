using System.Reflection;

namespace OrleansAcd.Engine.Runtime;

/// <summary>Nothing is copied between grains, so what they send each other must not change afterwards.</summary>
internal static class MessageCheck
{
    /// <summary>Refuses an interface that sends what could be changed after it was sent.</summary>
    public static void Check(Type interfaceType, MethodInfo[] methods)
    {
        foreach (var method in methods)
        {
            foreach (var parameter in method.GetParameters())
            {
                if (parameter.IsDefined(typeof(Orleans.ImmutableAttribute))) continue;

                Check(interfaceType, method, parameter.ParameterType);
            }

            if (!method.ReturnType.IsGenericType) continue;

            Check(interfaceType, method, method.ReturnType.GetGenericArguments()[0]);
        }
    }

    private static void Check(Type interfaceType, MethodInfo method, Type type)
    {
        if (Immutability.WhyMutable(type) is not { } reason) return;

        throw new InvalidOperationException($"{interfaceType}.{method.Name}: {reason}");
    }
}
