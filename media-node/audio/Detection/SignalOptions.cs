namespace OrleansAcd.Audio.Detection;

/// <summary>What counts as which signal. The values are for lines of ordinary quality, G.711.</summary>
public sealed record SignalOptions
{
    public static readonly SignalOptions Default = new();

    /// <summary>T.30 sends at -15 dBm0 or less and lines damp by up to 28 dB.</summary>
    public AudioLevel LevelMin { get; init; } = AudioLevel.FromDbm0(-43);

    /// <summary>The least share of all power that a single tone must hold.</summary>
    public float PurityMin { get; init; } = 0.7f;

    /// <summary>T.30 section 4.3.3.3: 1,100 Hz within 38 Hz; 2 Hz more for measuring.</summary>
    public float FaxCallingToleranceHz { get; init; } = 40;

    /// <summary>T.30: 0.5 s within 15 %; a frame more for measuring.</summary>
    public TimeSpan FaxCallingMin { get; init; } = TimeSpan.FromMilliseconds(400);

    public TimeSpan FaxCallingMax { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>T.30 section 4.3.3.2: 2,100 Hz within 15 Hz; 5 Hz more for measuring.</summary>
    public float FaxAnsweringToleranceHz { get; init; } = 20;

    /// <summary>A shorter tone of 2,100 Hz is none: T.30 sends 2.6 to 4 s.</summary>
    public TimeSpan FaxAnsweringMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>By then its modulation or its first two phase reversals have been seen.</summary>
    public TimeSpan FaxAnsweringDecision { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>V.8 section 7.2 modulates by 20 %.</summary>
    public float ModulationMin { get; init; } = 0.1f;

    /// <summary>Each of the three tones of SIT lasts 330 ms within 70 ms, or 276 ms where they are short (E.180 section
    /// 6); two frames are for measuring.</summary>
    public TimeSpan SpecialToneMin { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan SpecialToneMax { get; init; } = TimeSpan.FromMilliseconds(460);

    /// <summary>How a greeting is judged.</summary>
    public GreetingOptions Greeting { get; init; } = GreetingOptions.Default;
}
