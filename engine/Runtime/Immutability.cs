using System.Collections;
using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Runtime;

namespace OrleansAcd.Engine.Runtime;

/// <summary>Whether values of a type can change after they were made, as far as types tell.</summary>
/// <remarks>Read-only interfaces of collections are taken at their word: whoever sends one gives the collection up.
/// </remarks>
internal static class Immutability
{
    private static readonly ConcurrentDictionary<Type, string?> Known = new();

    private static readonly HashSet<Type> Simple =
    [
        typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly),
        typeof(TimeSpan), typeof(Guid), typeof(Uri), typeof(Version), typeof(IPAddress), typeof(Type),
        typeof(CancellationToken), typeof(GrainId), typeof(GrainType), typeof(IdSpan), typeof(Int128), typeof(UInt128),
    ];

    private static readonly HashSet<Type> ReadOnlyCollections =
    [
        typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyDictionary<,>), typeof(IReadOnlySet<>),
        typeof(IEnumerable<>), typeof(KeyValuePair<,>), typeof(Nullable<>), typeof(ReadOnlyMemory<>),
    ];

    /// <summary>Null when values cannot change; else what could.</summary>
    public static string? WhyMutable(Type type) => WhyMutable(type, []);

    private static string? WhyMutable(Type type, HashSet<Type> open)
    {
        if (Known.TryGetValue(type, out var known)) return known;
        if (!open.Add(type)) return null;

        var reason = Judge(type, open);
        open.Remove(type);

        // A judgement made while an outer type is open may rest on it, so only whole ones are kept.
        if (open.Count == 0) Known[type] = reason;
        return reason;
    }

    private static string? Judge(Type type, HashSet<Type> open)
    {
        if (type.IsPrimitive || type.IsEnum || Simple.Contains(type)) return null;
        if (type.IsDefined(typeof(Orleans.ImmutableAttribute))) return null;
        if (typeof(IAddressable).IsAssignableFrom(type)) return null;
        if (typeof(Exception).IsAssignableFrom(type)) return null;
        if (type.IsGenericType && IsReadOnlyCollection(type)) return First(type.GetGenericArguments(), open);
        if (type.IsArray || typeof(IEnumerable).IsAssignableFrom(type)) return $"{type} can be changed by its holder";

        return IsTuple(type) ? First(type.GetGenericArguments(), open) : JudgeMembers(type, open);
    }

    private static bool IsReadOnlyCollection(Type type)
    {
        var open = type.GetGenericTypeDefinition();
        return ReadOnlyCollections.Contains(open)
            || open.Namespace is "System.Collections.Immutable" or "System.Collections.Frozen";
    }

    private static bool IsTuple(Type type) => typeof(ITuple).IsAssignableFrom(type);

    private static string? First(IEnumerable<Type> types, HashSet<Type> open) =>
        types.Select(type => WhyMutable(type, open)).FirstOrDefault(reason => reason is not null);

    private static string? JudgeMembers(Type type, HashSet<Type> open)
    {
        if (type.IsInterface || type == typeof(object)) return $"{type} may be anything";

        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
                | BindingFlags.DeclaredOnly;
            foreach (var property in level.GetProperties(Own).Where(HasSetter))
            {
                return $"{type}.{property.Name} can be set";
            }

            foreach (var field in level.GetFields(Own))
            {
                if (field is { IsInitOnly: false, IsPublic: true }) return $"{type}.{field.Name} can be set";
                if (WhyMutable(field.FieldType, open) is { } reason) return $"{type} holds {reason}";
            }
        }

        return type.IsSealed ? null : First(DerivedOf(type), open);
    }

    private static bool HasSetter(PropertyInfo property) =>
        property.SetMethod is { IsPublic: true } setter
        && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    /// <summary>Cases of a union stand beside it.</summary>
    private static IEnumerable<Type> DerivedOf(Type type) =>
        type.Assembly.GetTypes().Where(other =>
            other != type && type.IsAssignableFrom(other) && !other.ContainsGenericParameters);
}
