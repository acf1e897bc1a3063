namespace OrleansAcd.Gateway.Rest;

/// <summary>Ids as they come in paths and bodies.</summary>
internal static class Ids
{
    /// <summary>Nothing here has a longer one: what is longer is not looked up.</summary>
    public const int CharsMax = 64;

    public static bool CanBe(string id) => id.Length is > 0 and <= CharsMax;

    /// <summary>For a sentence.</summary>
    public static string Shown(string id) => id.Length <= CharsMax ? id : id[..CharsMax] + "...";
}
