namespace OrleansAcd.Audio.Detection;

/// <summary>Who has answered, a person or a machine, by the length and the words of the greeting; then the
/// beep.</summary>
/// <remarks>The rules and their numbers stand in <see cref="GreetingOptions"/>. Says <see cref="SignalKind.Person"/> or
/// <see cref="SignalKind.Machine"/> once; after a machine <see cref="SignalKind.Beep"/> at most once.</remarks>
internal sealed class AnsweringMachine(GreetingOptions options, BoundedRing<Signal> heard)
{
    private readonly float _speechMin = (float)Loudness.MeanSquare(options.SpeechLevelMin);
    private readonly float _overNoise = (float)Math.Pow(10, options.SpeechOverNoiseDb / 10);
    private readonly BeepTone _beep = new(options);
    private readonly int _wordFrames = Frames(options.WordMin);
    private readonly int _gapFrames = Frames(options.WordGapMin);
    private SignalKind _decision;
    private bool _hasBeeped;
    private float _noise = float.MaxValue;
    private int _frames;
    private int _voiced;
    private int _silent;
    private int _words;
    private int _greeting;

    public void Step(in SoundFrame frame)
    {
        if (_frames < int.MaxValue) _frames++;
        if (_decision == SignalKind.None) StepGreeting(frame);
        if (_decision != SignalKind.Person && !_hasBeeped && _frames <= Frames(options.BeepWaitMax)) StepBeep(frame);
    }

    private void StepGreeting(in SoundFrame frame)
    {
        if (IsSpeech(frame)) StepSpeech();
        else StepSilence();

        var verdict = Judge();
        if (verdict != SignalKind.None) Decide(verdict, frame.At);
    }

    /// <summary>A pure tone is no speech, however loud; noise is the quietest there was, forgotten slowly.</summary>
    private bool IsSpeech(in SoundFrame frame)
    {
        _noise = Math.Min(frame.NewestPower + 1, 1.01f * _noise);
        return frame.NewestPower >= Math.Max(_speechMin, Math.Min(_overNoise * _noise, 16 * _speechMin))
            && frame.PeakShare < options.BeepPurityMin;
    }

    private void StepSpeech()
    {
        _voiced++;
        if (_voiced == _wordFrames)
        {
            _words++;
            if (_words == 1) _greeting = _wordFrames - 1;
        }

        if (_voiced >= _wordFrames) _silent = 0;
        if (_words > 0) _greeting++;
    }

    private void StepSilence()
    {
        _silent++;
        if (_silent >= _gapFrames) _voiced = 0;
        if (_words > 0) _greeting++;
    }

    private SignalKind Judge()
    {
        if (_words == 0)
        {
            return _frames >= Frames(options.InitialSilenceMax) ? SignalKind.Machine : SignalKind.None;
        }

        if (_silent >= Frames(options.PauseAfterGreeting)) return SignalKind.Person;
        if (_greeting - _silent >= Frames(options.GreetingMax) || _words > options.WordsMax) return SignalKind.Machine;
        return _frames >= Frames(options.DecisionMax) ? SignalKind.Person : SignalKind.None;
    }

    private void StepBeep(in SoundFrame frame)
    {
        if (!_beep.Step(frame)) return;

        // Persons do not beep.
        if (_decision == SignalKind.None) Decide(SignalKind.Machine, frame.At);
        heard.Add(new Signal(SignalKind.Beep, frame.At));
        _hasBeeped = true;
    }

    private void Decide(SignalKind verdict, TimeSpan at)
    {
        _decision = verdict;
        heard.Add(new Signal(verdict, at));
    }

    private static int Frames(TimeSpan span) => (int)(span / SoundFrame.Duration);
}
