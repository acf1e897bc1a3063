using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace OrleansAcd.Tests.Conformance.Engine;

/// <summary>One public type as metadata tells it: what it is, what it derives from, what callers can name.</summary>
/// <param name="Shape">"class", "sealed class", "static class", "struct", "interface" or "enum".</param>
/// <param name="Base">Full name of the base type; empty for interfaces.</param>
/// <param name="Interfaces">Full names of the implemented interfaces.</param>
/// <param name="Members">Public and protected methods, fields and constants, one line each.</param>
internal sealed record SurfaceType(
    string Shape, string Base, IReadOnlySet<string> Interfaces, IReadOnlySet<string> Members);

/// <summary>The public surface of an assembly, read as metadata: nothing of it is loaded or run.</summary>
internal static class Surface
{
    private static readonly MetadataNames Names = new();

    /// <summary>All public types of the assembly at a path, by full name.</summary>
    public static IReadOnlyDictionary<string, SurfaceType> Read(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        return reader.TypeDefinitions
            .Where(handle => IsPublic(reader, handle))
            .ToDictionary(handle => MetadataNames.Name(reader, handle), handle => ReadType(reader, handle));
    }

    private static bool IsPublic(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var visibility = type.Attributes & TypeAttributes.VisibilityMask;
        if (visibility == TypeAttributes.Public) return true;

        return visibility == TypeAttributes.NestedPublic && IsPublic(reader, type.GetDeclaringType());
    }

    private static SurfaceType ReadType(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        var parent = type.BaseType.IsNil ? string.Empty : Names.NameOf(reader, type.BaseType);
        var interfaces = type.GetInterfaceImplementations()
            .Select(i => Names.NameOf(reader, reader.GetInterfaceImplementation(i).Interface));
        var methods = type.GetMethods().Select(reader.GetMethodDefinition).Where(m => IsVisible(m.Attributes))
            .Select(m => Method(reader, m));
        var fields = type.GetFields().Select(reader.GetFieldDefinition).Where(f => IsVisible(f.Attributes))
            .Select(f => Field(reader, f));
        return new(Shape(type.Attributes, parent), parent, interfaces.ToHashSet(), methods.Concat(fields).ToHashSet());
    }

    private static string Shape(TypeAttributes attributes, string parent)
    {
        if (attributes.HasFlag(TypeAttributes.Interface)) return "interface";
        if (parent == "System.Enum") return "enum";
        if (parent == "System.ValueType") return "struct";

        var isSealed = attributes.HasFlag(TypeAttributes.Sealed);
        var isAbstract = attributes.HasFlag(TypeAttributes.Abstract);
        if (isSealed && isAbstract) return "static class";
        return isSealed ? "sealed class" : isAbstract ? "abstract class" : "class";
    }

    private static bool IsVisible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask)
            is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask)
            is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;

    private static string Method(MetadataReader reader, MethodDefinition method)
    {
        var signature = method.DecodeSignature(Names, null);
        var parameters = method.GetParameters().Select(reader.GetParameter).Where(p => p.SequenceNumber > 0)
            .ToDictionary(p => p.SequenceNumber - 1);
        var written = signature.ParameterTypes.Select((type, index) => Parameter(reader, parameters, type, index));
        var arity = string.Join(", ", method.GetGenericParameters().Select(p => Generic(reader, p)));
        var access = Access(method.Attributes);
        var name = reader.GetString(method.Name);
        return $"{access}{signature.ReturnType} {name}<{arity}>({string.Join(", ", written)})";
    }

    private static string Generic(MetadataReader reader, GenericParameterHandle handle)
    {
        var parameter = reader.GetGenericParameter(handle);
        var constraints = parameter.GetConstraints()
            .Select(c => Names.NameOf(reader, reader.GetGenericParameterConstraint(c).Type)).Order();
        var special = parameter.Attributes & GenericParameterAttributes.SpecialConstraintMask;
        return $"{special} {string.Join("&", constraints)}";
    }

    private static string Access(MethodAttributes attributes)
    {
        var access = (attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public
            ? "public " : "protected ";
        if (attributes.HasFlag(MethodAttributes.Static)) access += "static ";
        if (attributes.HasFlag(MethodAttributes.Virtual) && !attributes.HasFlag(MethodAttributes.Final))
        {
            access += "virtual ";
        }

        return access;
    }

    private static string Parameter(
        MetadataReader reader, Dictionary<int, Parameter> parameters, string type, int index)
    {
        if (!parameters.TryGetValue(index, out var parameter)) return type;

        var text = $"{type} {reader.GetString(parameter.Name)}";
        if (!parameter.Attributes.HasFlag(ParameterAttributes.Optional)) return text;

        return $"{text} = {Constant(reader, parameter.GetDefaultValue())}";
    }

    private static string Field(MetadataReader reader, FieldDefinition field)
    {
        var text = $"{field.DecodeSignature(Names, null)} {reader.GetString(field.Name)}";
        return field.Attributes.HasFlag(FieldAttributes.Literal)
            ? $"const {text} = {Constant(reader, field.GetDefaultValue())}"
            : text;
    }

    private static string Constant(MetadataReader reader, ConstantHandle handle)
    {
        if (handle.IsNil) return "default";

        var constant = reader.GetConstant(handle);
        return reader.GetBlobReader(constant.Value).ReadConstant(constant.TypeCode)?.ToString() ?? "null";
    }
}
