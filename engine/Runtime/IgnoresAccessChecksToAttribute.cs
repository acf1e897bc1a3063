namespace System.Runtime.CompilerServices;

/// <summary>Known to the runtime by name: lets emitted code into another assembly's internals.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    /// <summary>The assembly whose internals may be used.</summary>
    public string AssemblyName { get; } = assemblyName;
}
