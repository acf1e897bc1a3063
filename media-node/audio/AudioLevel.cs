namespace OrleansAcd.Audio;

/// <summary>A level in dBFS, where a sine wave that just fills the 16-bit range is 0.</summary>
/// <remarks>ITU-T G.711 section 5: a full-scale sine is +3.14 dBm0 in A-law (mu: +3.17; the 0.03 dB are
/// ignored).</remarks>
public readonly record struct AudioLevel(double Dbfs) : IComparable<AudioLevel>
{
    private const double FullScaleDbm0 = 3.14;

    /// <summary>What a meter says about digital silence.</summary>
    public static readonly AudioLevel Silence = new(-120);

    public double Dbm0 => Dbfs + FullScaleDbm0;

    /// <summary>Peak of a sine of this level, 1.0 being full scale.</summary>
    public double SinePeak => Math.Pow(10, Dbfs / 20);

    public static AudioLevel FromDbm0(double value) => new(value - FullScaleDbm0);

    /// <summary>From the peak of a sine, 1.0 being full scale.</summary>
    public static AudioLevel FromSinePeak(double peak) =>
        peak <= 1e-6 ? Silence : new AudioLevel(20 * Math.Log10(peak));

    public int CompareTo(AudioLevel other) => Dbfs.CompareTo(other.Dbfs);

    public static bool operator <(AudioLevel left, AudioLevel right) => left.Dbfs < right.Dbfs;
    public static bool operator >(AudioLevel left, AudioLevel right) => left.Dbfs > right.Dbfs;
    public static bool operator <=(AudioLevel left, AudioLevel right) => left.Dbfs <= right.Dbfs;
    public static bool operator >=(AudioLevel left, AudioLevel right) => left.Dbfs >= right.Dbfs;
}
