namespace OrleansAcd.Audio.Detection;

/// <summary>A machine's beep: one pure, steady tone of any usual frequency, then quiet.</summary>
internal sealed class BeepTone(GreetingOptions options)
{
    private const float SteadyHz = 12;

    /// <summary>A tone blurs the edges of a window; what it shows is that much shorter than it was.</summary>
    private static readonly TimeSpan s_blur = TimeSpan.FromMilliseconds(20);

    private const float QuietShare = 0.05f;

    private readonly float _powerMin = (float)Loudness.MeanSquare(options.SpeechLevelMin);
    private float _frequencyHz;
    private float _power;
    private TimeSpan _sounding;
    private TimeSpan _quiet;

    /// <summary>True when a beep is over.</summary>
    public bool Step(in SoundFrame frame)
    {
        if (IsTone(frame))
        {
            Sound(frame);
            return false;
        }

        if (_sounding == default) return false;

        _quiet = frame.NewestPower < QuietShare * _power ? _quiet + SoundFrame.Duration : default;
        var wasBeep = _sounding + s_blur >= options.BeepMin && _sounding <= options.BeepMax;
        if (_quiet == default || !wasBeep) _sounding = default;
        if (_quiet < options.QuietAfterBeep) return false;

        _sounding = default;
        return true;
    }

    private void Sound(in SoundFrame frame)
    {
        var isSame = _sounding > default(TimeSpan) && Math.Abs(frame.PeakHz - _frequencyHz) <= SteadyHz;
        _sounding = isSame ? _sounding + SoundFrame.Duration : SoundFrame.Duration;
        _power = isSame ? Math.Max(_power, frame.Power) : frame.Power;
        (_frequencyHz, _quiet) = (frame.PeakHz, default);
    }

    private bool IsTone(in SoundFrame frame) =>
        frame.PeakShare >= options.BeepPurityMin
        && frame.Power >= _powerMin
        && frame.PeakHz >= options.BeepLowestHz
        && frame.PeakHz <= options.BeepHighestHz;
}
