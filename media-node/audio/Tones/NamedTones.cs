using System.Collections.Frozen;
using System.Collections.Immutable;

namespace OrleansAcd.Audio;

/// <summary>The tones of telephony, by name: progress tones of three regions (ITU-T E.180), keys (Q.23), fax (T.30) and
/// the beep.</summary>
/// <remarks>Levels of progress tones are those of North America's precise tone plan there, elsewhere within E.180's
/// limits. Immutable; shared by all threads.</remarks>
public static class NamedTones
{
    /// <summary>T.30 section 4.3.3.3: 0.5 s of 1,100 Hz, 3 s of silence.</summary>
    public static readonly ToneSequence FaxCalling =
        Loop("fax-calling", ToneStep.One(1_100, -13, 0.5), ToneStep.Silence(3));

    /// <summary>T.30 section 4.3.3.2: 2.6 to 4 s of 2,100 Hz, here 3 s.</summary>
    public static readonly ToneSequence FaxAnswering = Once("fax-answering", ToneStep.One(2_100, -13, 3));

    /// <summary>"Speak now", and the reminder that a call is recorded: 1,400 Hz.</summary>
    public static readonly ToneSequence Beep = Once("beep", ToneStep.One(1_400, -13, 0.4));

    /// <summary>E.180 section 6: 950, 1,400 and 1,800 Hz, 330 ms each.</summary>
    public static readonly ToneSequence SpecialInformation = Loop(
        "sit",
        ToneStep.One(950, -14, 0.33), ToneStep.One(1_400, -14, 0.33), ToneStep.One(1_800, -14, 0.33),
        ToneStep.Silence(1));

    /// <summary>The levels of keys: the high tone 2 dB stronger, since lines damp it more.</summary>
    private static readonly AudioLevel s_lowKeyLevel = AudioLevel.FromDbm0(-9);
    private static readonly AudioLevel s_highKeyLevel = AudioLevel.FromDbm0(-7);

    private static readonly FrozenDictionary<string, ToneSequence> s_byName = Everything()
        .ToFrozenDictionary(tone => tone.Name, StringComparer.Ordinal);

    /// <summary>All names: <c>ringback</c>, <c>busy</c>, <c>congestion</c>, <c>dial</c> with <c>-us</c> and <c>-uk</c>
    /// for those regions; <c>sit</c>, <c>fax-calling</c>, <c>fax-answering</c>, <c>beep</c>.</summary>
    public static IEnumerable<string> Names => s_byName.Keys;

    /// <summary>By name; null when there is none.</summary>
    public static ToneSequence? Find(string name) => s_byName.GetValueOrDefault(name);

    public static ToneSequence Ringback(ToneRegion region) => Of("ringback", region);

    public static ToneSequence Busy(ToneRegion region) => Of("busy", region);

    public static ToneSequence Congestion(ToneRegion region) => Of("congestion", region);

    public static ToneSequence DialTone(ToneRegion region) => Of("dial", region);

    /// <summary>A key as long as it is pressed, and the silence after it.</summary>
    /// <returns>Null for what is not a key.</returns>
    public static ToneSequence? Key(char key, TimeSpan duration, TimeSpan pause)
    {
        if (!DtmfKeys.TryFind(key, out var low, out var high)) return null;

        var sound = new ToneStep(low, s_lowKeyLevel, high, s_highKeyLevel, duration);
        var silence = ToneStep.Silence(pause.TotalSeconds);
        return new ToneSequence("key", pause > TimeSpan.Zero ? [sound, silence] : [sound], false);
    }

    private static ToneSequence Of(string tone, ToneRegion region) => s_byName[region switch
    {
        ToneRegion.NorthAmerica => tone + "-us",
        ToneRegion.UnitedKingdom => tone + "-uk",
        _ => tone,
    }];

    private static IEnumerable<ToneSequence> Everything() =>
    [
        Loop("ringback", ToneStep.One(425, -13, 1), ToneStep.Silence(4)),
        Loop("busy", ToneStep.One(425, -13, 0.5), ToneStep.Silence(0.5)),
        Loop("congestion", ToneStep.One(425, -13, 0.25), ToneStep.Silence(0.25)),
        Loop("dial", ToneStep.One(425, -13, 1)),
        Loop("ringback-us", ToneStep.Two(440, 480, -19, 2), ToneStep.Silence(4)),
        Loop("busy-us", ToneStep.Two(480, 620, -24, 0.5), ToneStep.Silence(0.5)),
        Loop("congestion-us", ToneStep.Two(480, 620, -24, 0.25), ToneStep.Silence(0.25)),
        Loop("dial-us", ToneStep.Two(350, 440, -13, 1)),
        Loop(
            "ringback-uk",
            ToneStep.Two(400, 450, -16, 0.4), ToneStep.Silence(0.2), ToneStep.Two(400, 450, -16, 0.4),
            ToneStep.Silence(2)),
        Loop("busy-uk", ToneStep.One(400, -13, 0.375), ToneStep.Silence(0.375)),
        Loop(
            "congestion-uk",
            ToneStep.One(400, -13, 0.4), ToneStep.Silence(0.35), ToneStep.One(400, -13, 0.225),
            ToneStep.Silence(0.525)),
        Loop("dial-uk", ToneStep.Two(350, 440, -16, 1)),
        SpecialInformation, FaxCalling, FaxAnswering, Beep,
    ];

    private static ToneSequence Loop(string name, params ImmutableArray<ToneStep> steps) => new(name, steps, true);

    private static ToneSequence Once(string name, params ImmutableArray<ToneStep> steps) => new(name, steps, false);
}
