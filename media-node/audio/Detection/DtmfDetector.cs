using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace OrleansAcd.Audio.Detection;

/// <summary>Hears keys in audio (ITU-T Q.23, Q.24): two pure tones of the right frequencies, long enough.</summary>
/// <remarks>A window of 20 ms is looked at every 5 ms. In each, the strongest tone of either group must be near its
/// frequency (told by how its phase advances from window to window), both must be of similar level and hold nearly all
/// power. Speech meets this now and then for one window, hardly ever for five in a row, and then it glides. 16-bit
/// linear PCM, mono, 8 or 16 kHz. Allocates nothing after its making; one thread at a time.</remarks>
public sealed class DtmfDetector
{
    /// <summary>Keys that wait to be polled at most.</summary>
    public const int QueueMax = 16;

    private const int HopSamples = 40;

    /// <summary>A window needs so much of the tone to count.</summary>
    private const int SamplesToCount = 124;

    private const float OffsetBelievedHz = 42;
    private const float SampleRate = G711.SampleRateHz;
    private const int None = -1;

    private readonly HopBuffer _audio;
    private readonly DtmfOptions _options;
    private readonly float _powerMin;
    private readonly float _twistMax;
    private readonly float _reverseTwistMax;
    private readonly BoundedRing<DetectedKey> _heard = new(QueueMax);

    private DtmfBank.Reading _before;
    private int _key = None;
    private int _windows;
    private int _breakWindows;
    private long _start;
    private long _last;
    private bool _isCertain;
    private OffsetRange _lowOffset;
    private OffsetRange _highOffset;

    /// <param name="sampleRateHz">8,000 or 16,000.</param>
    public DtmfDetector(int sampleRateHz = G711.SampleRateHz, DtmfOptions? options = null)
    {
        _audio = new HopBuffer(sampleRateHz, DtmfBank.WindowSamples, HopSamples);
        _options = options ?? DtmfOptions.Default;
        _powerMin = (float)Loudness.MeanSquare(_options.LevelMin);
        _twistMax = (float)Math.Pow(10, _options.TwistMaxDb / 10);
        _reverseTwistMax = (float)Math.Pow(10, _options.ReverseTwistMaxDb / 10);
    }

    /// <summary>The key that sounds now, as soon as it is certain: at most 45 ms after its beginning. It is told by
    /// <see cref="TryPoll"/> once it ends.</summary>
    public char? Sounding => _isCertain ? DtmfKeys.ByRow[_key] : null;

    /// <summary>Keys lost because nobody polled.</summary>
    public long Dropped => _heard.Dropped;

    public void Handle(ReadOnlySpan<short> pcm)
    {
        while (_audio.TryFill(ref pcm)) Step(DtmfBank.Measure(_audio.Window));
    }

    /// <summary>The next key that was pressed and let go.</summary>
    public bool TryPoll(out DetectedKey key) => _heard.TryTake(out key);

    private void Step(in DtmfBank.Reading reading)
    {
        var key = Find(reading, out var lowOffset, out var highOffset);
        _before = reading;
        if (_key != None && key == _key) Continue(lowOffset, highOffset);
        else if (_key == None) Begin(key);
        else Break(key);
    }

    private void Begin(int key)
    {
        (_key, _windows, _breakWindows, _isCertain) = (key, 1, 0, false);
        (_lowOffset, _highOffset) = (default, default);
        _start = _last = _audio.Position;
    }

    private void Continue(float lowOffset, float highOffset)
    {
        _last = _audio.Position;
        _breakWindows = 0;
        _windows++;
        if (_isCertain) return;

        _lowOffset.Add(lowOffset);
        _highOffset.Add(highOffset);
        if (AreGliding()) Begin(_key);
        else if (_windows >= _options.WindowsMin) _isCertain = AreFrequenciesRight();
    }

    private void Break(int key)
    {
        _breakWindows++;
        if (_isCertain && _breakWindows < _options.BreakWindowsMin) return;

        if (_isCertain) Report();
        Begin(key);
    }

    /// <summary>Voices glide, keys do not.</summary>
    private bool AreGliding()
    {
        var (low, high) = FrequenciesOf(_key);
        return _lowOffset.Width > low * _options.GlideMaxShare || _highOffset.Width > high * _options.GlideMaxShare;
    }

    /// <summary>On average over the key: single windows are off by what noise does to a phase.</summary>
    private bool AreFrequenciesRight()
    {
        var (low, high) = FrequenciesOf(_key);
        return Math.Abs(_lowOffset.Mean) <= low * _options.FrequencyToleranceShare
            && Math.Abs(_highOffset.Mean) <= high * _options.FrequencyToleranceShare;
    }

    private void Report()
    {
        var start = Math.Max(0, _start - SamplesToCount);
        var end = _last - DtmfBank.WindowSamples + SamplesToCount;
        _heard.Add(new DetectedKey(DtmfKeys.ByRow[_key], Time(start), Time(Math.Max(0, end - start))));
    }

    /// <summary>The key that a window holds, and how far its tones are from their frequencies, in Hz.</summary>
    private int Find(in DtmfBank.Reading reading, out float lowOffset, out float highOffset)
    {
        (lowOffset, highOffset) = (0, 0);
        if (reading.Power < _powerMin) return None;

        var powers = reading.TonePowers;
        var (row, column) = (Strongest(powers, 0), Strongest(powers, DtmfKeys.GroupSize));
        if (powers[row] + powers[column] < 0.4f * reading.Power) return None;

        lowOffset = Offset(reading, row);
        highOffset = Offset(reading, column);
        var low = powers[row] / DtmfBank.Response(Cap(lowOffset));
        var high = powers[column] / DtmfBank.Response(Cap(highOffset));
        var isKey = Math.Min(low, high) >= _powerMin
            && low <= high * _twistMax
            && high <= low * _reverseTwistMax
            && low + high >= _options.PurityMin * reading.Power;
        return isKey ? (row * DtmfKeys.GroupSize) + column - DtmfKeys.GroupSize : None;
    }

    private static int Strongest(Vector256<float> powers, int first)
    {
        var best = first;
        for (var i = first + 1; i < first + DtmfKeys.GroupSize; i++)
        {
            if (powers[i] > powers[best]) best = i;
        }

        return best;
    }

    /// <summary>A tone's phase advances over a hop by its frequency; what it advances more is what it is off.</summary>
    private float Offset(in DtmfBank.Reading reading, int tone)
    {
        var (real, imaginary) = (reading.Real[tone], reading.Imaginary[tone]);
        var (realBefore, imaginaryBefore) = (_before.Real[tone], _before.Imaginary[tone]);
        var powerBefore = (realBefore * realBefore) + (imaginaryBefore * imaginaryBefore);
        if (16 * powerBefore < (real * real) + (imaginary * imaginary)) return 0;   // the tone was not there yet

        var advance = MathF.Atan2(
            (imaginary * realBefore) - (real * imaginaryBefore), (real * realBefore) + (imaginary * imaginaryBefore));
        var turns = (advance / (2 * MathF.PI)) - ((float)DtmfKeys.FrequenciesHz[tone] * HopSamples / SampleRate);
        return (turns - MathF.Round(turns)) * SampleRate / HopSamples;
    }

    /// <summary>What is further off is not believed when power is judged; at 50 Hz a window shows nothing.</summary>
    private static float Cap(float offset) => Math.Clamp(offset, -OffsetBelievedHz, OffsetBelievedHz);

    private static (double Low, double High) FrequenciesOf(int key)
    {
        Debug.Assert(key != None, "no key has no frequencies");
        var frequencies = DtmfKeys.FrequenciesHz;
        return (frequencies[key / DtmfKeys.GroupSize],
            frequencies[DtmfKeys.GroupSize + (key % DtmfKeys.GroupSize)]);
    }

    /// <summary>How far a tone was off, in Hz, over some windows.</summary>
    private struct OffsetRange
    {
        private float _sum;
        private float _min;
        private float _max;
        private int _count;

        public readonly float Mean => _sum / Math.Max(1, _count);

        public readonly float Width => _max - _min;

        public void Add(float offset)
        {
            _sum += offset;
            (_min, _max) = _count++ == 0 ? (offset, offset) : (Math.Min(_min, offset), Math.Max(_max, offset));
        }
    }

    private static TimeSpan Time(long samples) => TimeSpan.FromTicks(samples * TimeSpan.TicksPerSecond / 8_000);
}
