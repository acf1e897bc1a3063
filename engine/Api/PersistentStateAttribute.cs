namespace Orleans.Runtime;

/// <summary>Names the value and the storage of an <see cref="IPersistentState{TState}"/> parameter.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public class PersistentStateAttribute : Attribute
{
    /// <summary>A value's name, and its storage's; "Default" when left out.</summary>
    public PersistentStateAttribute(string stateName, string? storageName = null)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        StateName = stateName;
        StorageName = storageName;
    }

    /// <summary>Name of the value among those of its grain.</summary>
    public string StateName { get; }

    /// <summary>Name of the storage.</summary>
    public string? StorageName { get; }
}
