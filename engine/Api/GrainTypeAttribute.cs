namespace Orleans;

/// <summary>The name of a kind of grain, where it is not to follow from the class's name.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
public sealed class GrainTypeAttribute : Attribute
{
    /// <summary>A name.</summary>
    public GrainTypeAttribute(string grainType)
    {
        Name = grainType;
    }

    internal string Name { get; }
}
