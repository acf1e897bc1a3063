namespace OrleansAcd.Audio.Detection;

/// <summary>What a detector can hear, keys aside.</summary>
public enum SignalKind
{
    None,

    /// <summary>CNG, a fax machine calls: 1,100 Hz, half a second every 3.5 s (ITU-T T.30 section 4.3.3.3).</summary>
    FaxCalling,

    /// <summary>CED, a fax machine answers: 2,100 Hz without a change (T.30 section 4.3.3.2).</summary>
    FaxAnswering,

    /// <summary>ANSam, a fast modem or fax answers: 2,100 Hz, modulated at 15 Hz (ITU-T V.8 section 7.2).</summary>
    ModemAnswering,

    /// <summary>/ANS, a modem answers: 2,100 Hz, its phase reversed every 450 ms (ITU-T V.25).</summary>
    ModemAnsweringReversed,

    Ringback,
    Busy,
    Congestion,
    DialTone,

    /// <summary>SIT, three rising tones before an announcement (ITU-T E.180 section 6).</summary>
    SpecialInformation,

    /// <summary>A person answered.</summary>
    Person,

    /// <summary>A machine answered.</summary>
    Machine,

    /// <summary>The machine's beep has ended: it records.</summary>
    Beep,
}

/// <summary>Something that was heard.</summary>
/// <param name="At">When it was certain, since the detector's beginning.</param>
public readonly record struct Signal(SignalKind Kind, TimeSpan At);

/// <summary>What to listen for.</summary>
[Flags]
public enum SignalGroups
{
    None = 0,

    /// <summary>CNG, CED, ANSam.</summary>
    Fax = 1,

    /// <summary>Ringback, busy, congestion, dial tone, SIT.</summary>
    Progress = 2,

    /// <summary>Person or machine, and the beep.</summary>
    Answer = 4,
}
