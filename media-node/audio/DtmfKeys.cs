namespace OrleansAcd.Audio;

/// <summary>The sixteen keys and their pairs of frequencies, ITU-T Q.23.</summary>
public static class DtmfKeys
{
    /// <summary>Row by row, as they lie on the telephone.</summary>
    public const string ByRow = "123A456B789C*0#D";

    public const int GroupSize = 4;

    private static readonly double[] s_frequencies = [697, 770, 852, 941, 1_209, 1_336, 1_477, 1_633];

    /// <summary>The low group's four, then the high group's.</summary>
    public static ReadOnlySpan<double> FrequenciesHz => s_frequencies;

    public static bool IsKey(char key) => ByRow.Contains(char.ToUpperInvariant(key), StringComparison.Ordinal);

    /// <summary>False for what is not a key.</summary>
    public static bool TryFind(char key, out double lowHz, out double highHz)
    {
        var index = ByRow.IndexOf(char.ToUpperInvariant(key), StringComparison.Ordinal);
        (lowHz, highHz) = index < 0
            ? (0, 0)
            : (s_frequencies[index / GroupSize], s_frequencies[GroupSize + (index % GroupSize)]);
        return index >= 0;
    }
}
