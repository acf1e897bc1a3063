namespace OrleansAcd.Audio.Detection;

/// <summary>CNG and the answering tones of fax machines and modems, ITU-T T.30, V.8, V.25.</summary>
internal sealed class FaxTones(SignalOptions options, BoundedRing<Signal> heard)
{
    private const float CallingHz = 1_100;
    private const float AnsweringHz = 2_100;

    /// <summary>A window across a phase reversal shows no pure tone.</summary>
    private static readonly TimeSpan s_reversalMax = TimeSpan.FromMilliseconds(100);

    private readonly float _powerMin = (float)Loudness.MeanSquare(options.LevelMin);
    private readonly AnswerToneShape _shape = new();
    private TimeSpan _calling;
    private TimeSpan _answering;
    private TimeSpan _missing;
    private bool _isAnswerTold;

    /// <param name="newest">The frame's newest 20 ms.</param>
    public void Step(in SoundFrame frame, ReadOnlySpan<float> newest)
    {
        StepCalling(frame);
        StepAnswering(frame, newest);
    }

    private void StepCalling(in SoundFrame frame)
    {
        if (IsTone(frame, CallingHz, options.FaxCallingToleranceHz))
        {
            _calling += SoundFrame.Duration;
            return;
        }

        var isBurst = _calling >= options.FaxCallingMin && _calling <= options.FaxCallingMax;
        if (isBurst) heard.Add(new Signal(SignalKind.FaxCalling, frame.At));
        _calling = default;
    }

    private void StepAnswering(in SoundFrame frame, ReadOnlySpan<float> newest)
    {
        if (IsTone(frame, AnsweringHz, options.FaxAnsweringToleranceHz)) _missing = default;
        else _missing += SoundFrame.Duration;

        if (_missing > s_reversalMax || (_missing > default(TimeSpan) && _answering == default))
        {
            EndAnswering(frame);
            return;
        }

        if (_answering == default) _shape.Reset();
        _shape.Handle(newest);
        _answering += SoundFrame.Duration;
        if (_answering >= options.FaxAnsweringDecision) TellAnswering(frame);
    }

    private void EndAnswering(in SoundFrame frame)
    {
        if (_answering - _missing >= options.FaxAnsweringMin) TellAnswering(frame);
        (_answering, _isAnswerTold) = (default, false);
    }

    private void TellAnswering(in SoundFrame frame)
    {
        if (_isAnswerTold) return;

        _isAnswerTold = true;
        var kind = _shape.Modulation >= options.ModulationMin ? SignalKind.ModemAnswering
            : _shape.Reversals > 0 ? SignalKind.ModemAnsweringReversed
            : SignalKind.FaxAnswering;
        heard.Add(new Signal(kind, frame.At));
    }

    private bool IsTone(in SoundFrame frame, float frequencyHz, float toleranceHz) =>
        frame.PeakShare >= options.PurityMin
        && frame.Power >= _powerMin
        && Math.Abs(frame.PeakHz - frequencyHz) <= toleranceHz;
}
