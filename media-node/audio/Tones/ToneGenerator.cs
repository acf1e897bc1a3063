using System.Diagnostics;

namespace OrleansAcd.Audio;

/// <summary>Makes a tone's samples frame by frame: frequencies exact, levels within a hundredth of a decibel, cadence
/// to the sample.</summary>
/// <remarks>Phases are kept in double precision, so nothing drifts. Sounds that begin or end in silence rise and fall
/// within 2 ms, inside their time, so that they do not click. 16-bit linear, mono. Allocates nothing after its making;
/// one thread at a time.</remarks>
public sealed class ToneGenerator
{
    private const double FullScale = 32_768;
    private const double EdgeSeconds = 0.002;

    private readonly int _sampleRateHz;
    private readonly int _edgeSamples;
    private ToneSequence _sequence;
    private int _step;
    private int _at;
    private int _length;
    private bool _risesAtStart;
    private bool _fallsAtEnd;
    private double _phase;
    private double _secondPhase;

    /// <param name="sampleRateHz">8,000 or 16,000.</param>
    public ToneGenerator(ToneSequence sequence, int sampleRateHz = G711.SampleRateHz)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sampleRateHz);
        _sampleRateHz = sampleRateHz;
        _edgeSamples = (int)(EdgeSeconds * sampleRateHz);
        _sequence = sequence;
        Start(sequence);
    }

    public bool IsOver => _step >= _sequence.Steps.Length;

    /// <summary>From the beginning, this or another tone.</summary>
    public void Start(ToneSequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        Debug.Assert(sequence.Steps.All(step => step.Samples(_sampleRateHz) > 0), "an empty step");
        (_sequence, _phase, _secondPhase) = (sequence, 0, 0);
        Enter(0);
    }

    /// <summary>The next samples; after the end of a tone that does not loop the rest is silence.</summary>
    /// <returns>Samples of the tone; fewer than asked for when it ended inside.</returns>
    public int Fill(Span<short> pcm)
    {
        var made = 0;
        while (made < pcm.Length && !IsOver)
        {
            var count = Math.Min(_length - _at, pcm.Length - made);
            FillStep(pcm.Slice(made, count));
            made += count;
            _at += count;
            if (_at == _length) EnterNext();
        }

        pcm[made..].Clear();
        return made;
    }

    private void EnterNext()
    {
        var next = _step + 1;
        Enter(_sequence.IsLoop && next == _sequence.Steps.Length ? 0 : next);
    }

    private void Enter(int step)
    {
        var steps = _sequence.Steps;
        (_step, _at) = (step, 0);
        if (IsOver) return;

        _length = steps[step].Samples(_sampleRateHz);
        _risesAtStart = !IsAlike(step, step - 1);
        _fallsAtEnd = !IsAlike(step, step + 1);
        if (_risesAtStart) (_phase, _secondPhase) = (0, 0);
    }

    /// <summary>Whether the neighbour, across the loop's seam too, sounds the same.</summary>
    private bool IsAlike(int step, int neighbour)
    {
        var steps = _sequence.Steps;
        if (_sequence.IsLoop) neighbour = (neighbour + steps.Length) % steps.Length;
        return neighbour >= 0 && neighbour < steps.Length && steps[step].SoundsLike(steps[neighbour]);
    }

    private void FillStep(Span<short> pcm)
    {
        var step = _sequence.Steps[_step];
        if (step.IsSilent)
        {
            pcm.Clear();
            return;
        }

        var first = new Oscillator(step.FrequencyHz / _sampleRateHz, FullScale * step.Level.SinePeak, _phase);
        var secondPeak = step.SecondFrequencyHz > 0 ? FullScale * step.SecondLevel.SinePeak : 0;
        var second = new Oscillator(step.SecondFrequencyHz / _sampleRateHz, secondPeak, _secondPhase);
        for (var i = 0; i < pcm.Length; i++)
        {
            var value = (first.Next() + second.Next()) * Edge(_at + i);
            pcm[i] = (short)Math.Clamp(Math.Round(value), short.MinValue, short.MaxValue);
        }

        _phase = Advance(_phase, step.FrequencyHz, pcm.Length);
        _secondPhase = Advance(_secondPhase, step.SecondFrequencyHz, pcm.Length);
    }

    private double Advance(double phase, double frequencyHz, int samples)
    {
        var turns = phase + (frequencyHz * samples / _sampleRateHz);
        return turns - Math.Floor(turns);
    }

    private double Edge(int at)
    {
        var edge = 1.0;
        if (_risesAtStart && at < _edgeSamples) edge = Rise(at);
        if (_fallsAtEnd && _length - 1 - at < _edgeSamples) edge *= Rise(_length - 1 - at);
        return edge;
    }

    private double Rise(int at) => 0.5 - (0.5 * Math.Cos(Math.PI * (at + 0.5) / _edgeSamples));

    /// <summary>A sine by rotation: exact again at the beginning of each piece, so its error does not grow.</summary>
    private struct Oscillator
    {
        private readonly double _cosine;
        private readonly double _sine;
        private double _x;
        private double _y;

        /// <param name="turnsPerSample">The frequency.</param>
        /// <param name="peak">The amplitude.</param>
        /// <param name="phase">In turns.</param>
        public Oscillator(double turnsPerSample, double peak, double phase)
        {
            (_sine, _cosine) = Math.SinCos(2 * Math.PI * turnsPerSample);
            (_y, _x) = Math.SinCos(2 * Math.PI * phase);
            (_y, _x) = (_y * peak, _x * peak);
        }

        public double Next()
        {
            var value = _y;
            (_x, _y) = ((_x * _cosine) - (_y * _sine), (_x * _sine) + (_y * _cosine));
            return value;
        }
    }
}
