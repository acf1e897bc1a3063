using System.Reflection;
using System.Reflection.Emit;

namespace OrleansAcd.Engine.Runtime;

/// <summary>Emits, for a grain interface, the class of its references and a class of requests per method.</summary>
/// <remarks>A request holds the arguments as fields and calls the grain's method with them; nothing is boxed.</remarks>
internal static class ProxyEmitter
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Opened = [];
    private static readonly AssemblyBuilder Assembly = AssemblyBuilder.DefineDynamicAssembly(
        new AssemblyName("OrleansAcd.Engine.Proxies"), AssemblyBuilderAccess.Run);

    private static readonly ModuleBuilder Module = Assembly.DefineDynamicModule("Proxies");
    private static int _count;

    /// <summary>The class of references: derives from <see cref="GrainProxy"/>, implements the interface.</summary>
    public static Type Emit(Type interfaceType, MethodInfo[] methods)
    {
        lock (Gate)
        {
            OpenAssembliesOf(interfaceType, methods);
            var name = $"Proxies.{interfaceType.Name}_{_count++}";
            var proxy = Module.DefineType(
                name, TypeAttributes.Public | TypeAttributes.Sealed, typeof(GrainProxy), [interfaceType]);
            for (var i = 0; i < methods.Length; i++)
            {
                var request = EmitRequest($"{name}_{methods[i].Name}_{i}", methods[i]);
                EmitMethod(proxy, methods[i], request, i);
            }

            return proxy.CreateType();
        }
    }

    private static Type EmitRequest(string name, MethodInfo method)
    {
        var parent = ResultOf(method) is { } result
            ? typeof(ResultRequest<>).MakeGenericType(result) : typeof(VoidRequest);
        var request = Module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, parent);
        var begin = request.DefineMethod(
            nameof(Request.Begin),
            MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig,
            typeof(Task),
            [typeof(object)]);
        var code = begin.GetILGenerator();
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Castclass, method.DeclaringType!);
        foreach (var parameter in method.GetParameters())
        {
            code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldfld, FieldOf(request, parameter));
        }

        code.Emit(OpCodes.Callvirt, method);
        EmitAsTask(code, method.ReturnType);
        code.Emit(OpCodes.Ret);
        return request.CreateType();
    }

    private static void EmitMethod(TypeBuilder proxy, MethodInfo method, Type request, int number)
    {
        var parameters = method.GetParameters();
        var body = proxy.DefineMethod(
            method.DeclaringType!.Name + "." + method.Name,
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final
                | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            method.ReturnType,
            [.. parameters.Select(parameter => parameter.ParameterType)]);
        var code = body.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Newobj, request.GetConstructor(Type.EmptyTypes)!);
        foreach (var parameter in parameters)
        {
            code.Emit(OpCodes.Dup);
            code.Emit(OpCodes.Ldarg, parameter.Position + 1);
            code.Emit(OpCodes.Stfld, FieldOf(request, parameter));
        }

        code.Emit(OpCodes.Ldc_I4, number);
        EmitSend(code, method);
        code.Emit(OpCodes.Ret);
        proxy.DefineMethodOverride(body, method);
    }

    private static void EmitSend(ILGenerator code, MethodInfo method)
    {
        var result = ResultOf(method);
        code.Emit(OpCodes.Call, result is null
            ? typeof(GrainProxy).GetMethod(nameof(GrainProxy.Send))!
            : typeof(GrainProxy).GetMethod(nameof(GrainProxy.SendForResult))!.MakeGenericMethod(result));
        if (!method.ReturnType.IsValueType) return;

        var task = result is null ? typeof(Task) : typeof(Task<>).MakeGenericType(result);
        code.Emit(OpCodes.Newobj, method.ReturnType.GetConstructor([task])!);
    }

    private static void EmitAsTask(ILGenerator code, Type returned)
    {
        if (!returned.IsValueType) return;

        var local = code.DeclareLocal(returned);
        code.Emit(OpCodes.Stloc, local);
        code.Emit(OpCodes.Ldloca, local);
        code.Emit(OpCodes.Call, returned.GetMethod(nameof(ValueTask.AsTask))!);
    }

    private static FieldInfo FieldOf(Type request, ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return typeof(Request).GetField(nameof(Request.Token))!;
        }

        var name = "argument" + parameter.Position;
        return request is TypeBuilder building
            ? building.DefineField(name, parameter.ParameterType, FieldAttributes.Public)
            : request.GetField(name)!;
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];

    private static Type? ResultOf(MethodInfo method) =>
        method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : null;

    /// <summary>Interfaces and message types need not be public: emitted code is let into their assemblies.</summary>
    private static void OpenAssembliesOf(Type interfaceType, MethodInfo[] methods)
    {
        var types = methods.SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType))
            .SelectMany(Parts);
        foreach (var assembly in types.Append(interfaceType).Append(typeof(GrainProxy)).Select(t => t.Assembly))
        {
            var name = assembly.GetName().Name!;
            if (!Opened.Add(name)) continue;

            var attribute = typeof(System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute);
            Assembly.SetCustomAttribute(
                new CustomAttributeBuilder(attribute.GetConstructor([typeof(string)])!, [name]));
        }
    }
}
