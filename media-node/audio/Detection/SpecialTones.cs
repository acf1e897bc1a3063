namespace OrleansAcd.Audio.Detection;

/// <summary>The special information tone: about 950, 1,400 and 1,800 Hz, one after the other (ITU-T E.180 section
/// 6).</summary>
/// <remarks>North America sends variants that say why (913.8 and 1,370.6 Hz), which count as the same.</remarks>
internal sealed class SpecialTones(SignalOptions options, BoundedRing<Signal> heard)
{
    /// <summary>Frames between two tones: a window across both, and the 30 ms that E.180 allows.</summary>
    private const int FramesBetweenMax = 5;

    private static readonly (float Low, float High)[] s_tones = [(895, 1_010), (1_345, 1_455), (1_745, 1_835)];

    private readonly float _powerMin = (float)Loudness.MeanSquare(options.LevelMin);
    private readonly int _framesMin = (int)(options.SpecialToneMin / SoundFrame.Duration);
    private readonly int _framesMax = (int)(options.SpecialToneMax / SoundFrame.Duration);
    private int _tone;
    private int _frames;
    private int _between;

    public void Step(in SoundFrame frame)
    {
        if (IsTone(frame, _tone)) Go();
        else if (IsFollowing(frame)) Begin(_tone + 1);
        else if (++_between > FramesBetweenMax) Begin(0, frames: 0);

        if (_tone != s_tones.Length - 1 || _frames != _framesMin) return;

        heard.Add(new Signal(SignalKind.SpecialInformation, frame.At));
        Begin(0, frames: 0);
    }

    private void Go()
    {
        _between = 0;
        _frames++;
    }

    private void Begin(int tone, int frames = 1) => (_tone, _frames, _between) = (tone, frames, 0);

    /// <summary>The tone before lasted as long as it should.</summary>
    private bool IsFollowing(in SoundFrame frame) =>
        _tone + 1 < s_tones.Length && _frames >= _framesMin && _frames <= _framesMax && IsTone(frame, _tone + 1);

    private bool IsTone(in SoundFrame frame, int tone) =>
        frame.PeakShare >= options.PurityMin
        && frame.Power >= _powerMin
        && frame.PeakHz >= s_tones[tone].Low
        && frame.PeakHz <= s_tones[tone].High;
}
