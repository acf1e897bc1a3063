namespace OrleansAcd.Audio;

/// <summary>Whose progress tones, ITU-T E.180 supplement 2.</summary>
public enum ToneRegion
{
    /// <summary>425 Hz, as most of Europe and E.180 section 2 recommend.</summary>
    Europe,

    /// <summary>The precise tone plan of North America.</summary>
    NorthAmerica,

    UnitedKingdom,
}
