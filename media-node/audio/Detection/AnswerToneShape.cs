namespace OrleansAcd.Audio.Detection;

/// <summary>How an answering tone of 2,100 Hz moves: its modulation at 15 Hz and its phase reversals (V.8 section 7.2,
/// V.25).</summary>
/// <remarks>The tone is brought down to 0 Hz and summed over 5 ms: amplitude and phase of each such
/// block.</remarks>
internal sealed class AnswerToneShape
{
    private const int BlockSamples = 40;
    private const double ToneHz = 2_100;
    private const double ModulationHz = 15;

    /// <summary>Modulation is measured over whole periods: six are 80 blocks.</summary>
    private const int BlocksOfMeasure = 80;

    /// <summary>The tone's first blocks are left out: it swells.</summary>
    private const int BlocksBefore = 4;

    private const float ReversalMin = 2.2f;
    private const int BlocksBetweenReversals = 40;

    private static readonly float[] s_cosines = Table(Math.Cos);
    private static readonly float[] s_sines = Table(turn => -Math.Sin(turn));

    private int _blocks;
    private float _amplitudes;
    private float _modulationReal;
    private float _modulationImaginary;
    private float _phase;
    private float _phaseBefore;
    private float _drift;
    private int _sinceReversal;

    public int Reversals { get; private set; }

    /// <summary>Depth, 0.2 for ANSam.</summary>
    public float Modulation { get; private set; }

    public void Reset()
    {
        (_blocks, _sinceReversal, Reversals, Modulation) = (-BlocksBefore, 0, 0, 0);
        (_amplitudes, _modulationReal, _modulationImaginary) = (0, 0, 0);
        (_phase, _phaseBefore, _drift) = (0, 0, 0);
    }

    /// <param name="samples">A multiple of 5 ms at 8 kHz.</param>
    public void Handle(ReadOnlySpan<float> samples)
    {
        for (; samples.Length >= BlockSamples; samples = samples[BlockSamples..]) HandleBlock(samples[..BlockSamples]);
    }

    private void HandleBlock(ReadOnlySpan<float> block)
    {
        var (real, imaginary) = (0f, 0f);
        for (var i = 0; i < block.Length; i++)
        {
            real += block[i] * s_cosines[i];
            imaginary += block[i] * s_sines[i];
        }

        // 2,100 Hz turn ten times and a half in 5 ms: every other block starts half a turn on.
        var phase = MathF.Atan2(imaginary, real) - ((_blocks & 1) * MathF.PI);
        var at = _blocks++;
        if (at >= 0) Modulate(at, MathF.Sqrt((real * real) + (imaginary * imaginary)));
        if (at >= 2) Watch(phase);
        (_phaseBefore, _phase) = (_phase, phase);
    }

    private void Modulate(int block, float amplitude)
    {
        var turn = (float)(2 * Math.PI * ModulationHz * block * BlockSamples / G711.SampleRateHz);
        _amplitudes += amplitude;
        _modulationReal += amplitude * MathF.Cos(turn);
        _modulationImaginary += amplitude * MathF.Sin(turn);
        if ((block + 1) % BlocksOfMeasure != 0) return;

        var depth = 2 * MathF.Sqrt(
            (_modulationReal * _modulationReal) + (_modulationImaginary * _modulationImaginary)) / (_amplitudes + 1);
        Modulation = Math.Max(Modulation, depth);
        (_amplitudes, _modulationReal, _modulationImaginary) = (0, 0, 0);
    }

    /// <summary>A reversal lies inside a block: the blocks before and after it differ by half a turn.</summary>
    private void Watch(float phase)
    {
        _sinceReversal++;
        var step = Wrap(phase - _phase);
        var jump = Math.Abs(Wrap(phase - _phaseBefore - (2 * _drift)));
        if (jump >= ReversalMin && _sinceReversal >= BlocksBetweenReversals)
        {
            Reversals++;
            _sinceReversal = 0;
        }
        else if (Math.Abs(step) < 1)
        {
            _drift += 0.1f * (step - _drift);
        }
    }

    private static float Wrap(float angle) => angle - (2 * MathF.PI * MathF.Round(angle / (2 * MathF.PI)));

    private static float[] Table(Func<double, double> wave) =>
        [.. Enumerable.Range(0, BlockSamples).Select(i => (float)wave(2 * Math.PI * ToneHz * i / G711.SampleRateHz))];
}
