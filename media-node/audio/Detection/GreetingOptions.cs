namespace OrleansAcd.Audio.Detection;

/// <summary>What tells a person from a machine: people say a word or two and wait, machines go on.</summary>
/// <remarks>Nobody can tell for sure; the defaults err towards a person, who would otherwise be hung up on.</remarks>
public sealed record GreetingOptions
{
    public static readonly GreetingOptions Default = new();

    /// <summary>Quieter is silence.</summary>
    public AudioLevel SpeechLevelMin { get; init; } = AudioLevel.FromDbm0(-38);

    /// <summary>Speech is at least so much louder than the line's noise.</summary>
    public double SpeechOverNoiseDb { get; init; } = 10;

    /// <summary>Shorter sounds are clicks, no words.</summary>
    public TimeSpan WordMin { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Words are so far apart.</summary>
    public TimeSpan WordGapMin { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>Silent for so long at the beginning: a machine that is about to speak.</summary>
    public TimeSpan InitialSilenceMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A greeting that is longer is a machine's, pauses included.</summary>
    public TimeSpan GreetingMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A greeting of more words is a machine's.</summary>
    public int WordsMax { get; init; } = 5;

    /// <summary>Silent for so long after a greeting: a person who waits for us.</summary>
    public TimeSpan PauseAfterGreeting { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Undecided by then: a person.</summary>
    public TimeSpan DecisionMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A beep is one pure tone between these.</summary>
    public float BeepLowestHz { get; init; } = 350;

    public float BeepHighestHz { get; init; } = 2_600;

    /// <summary>The least share of all power that the beep holds.</summary>
    public float BeepPurityMin { get; init; } = 0.9f;

    public TimeSpan BeepMin { get; init; } = TimeSpan.FromMilliseconds(120);

    /// <summary>What sounds on is no beep.</summary>
    public TimeSpan BeepMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After the beep it is quiet for at least so long.</summary>
    public TimeSpan QuietAfterBeep { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A machine that has not beeped by then will not.</summary>
    public TimeSpan BeepWaitMax { get; init; } = TimeSpan.FromSeconds(90);
}
