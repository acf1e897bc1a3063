namespace Orleans.Providers;

/// <summary>Names that stand where none is given.</summary>
public static class ProviderConstants
{
    /// <summary>The storage of [PersistentState] without a storage name.</summary>
    public const string DEFAULT_STORAGE_PROVIDER_NAME = "Default";
}
