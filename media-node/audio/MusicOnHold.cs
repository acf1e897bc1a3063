namespace OrleansAcd.Audio;

/// <summary>The music that ships: a slow tune of soft bells over a pad, composed here and computed at start.</summary>
/// <remarks>Deterministic. Notes that ring past the end go on at the beginning, so the loop has no seam. 8 kHz
/// mono.</remarks>
public static class MusicOnHold
{
    private const double BeatSeconds = 0.5;
    private const int BeatsPerBar = 8;
    private const double PeakDbfs = -14;

    /// <summary>One bar each: D major, B minor, G major, A ... as MIDI notes, bass first.</summary>
    private static readonly int[][] s_chords =
    [
        [38, 57, 62, 66], [35, 54, 62, 66], [43, 55, 59, 62], [45, 57, 61, 64],
        [38, 57, 62, 66], [42, 57, 61, 66], [43, 55, 59, 62], [38, 54, 57, 62],
    ];

    /// <summary>The tune over each bar, a note or a rest (0) for every beat.</summary>
    private static readonly int[][] s_tune =
    [
        [78, 0, 74, 0, 69, 0, 74, 76], [78, 0, 0, 74, 71, 0, 0, 0],
        [79, 0, 74, 0, 71, 0, 74, 79], [76, 0, 0, 73, 69, 0, 0, 0],
        [74, 0, 78, 0, 81, 0, 78, 76], [73, 0, 0, 78, 76, 0, 73, 0],
        [74, 0, 71, 0, 67, 0, 71, 74], [74, 0, 0, 0, 0, 0, 0, 0],
    ];

    public static TimeSpan Length => TimeSpan.FromSeconds(s_chords.Length * BeatsPerBar * BeatSeconds);

    public static short[] Compose()
    {
        var track = new double[(int)(Length.TotalSeconds * G711.SampleRateHz)];
        for (var bar = 0; bar < s_chords.Length; bar++)
        {
            AddPad(track, bar);
            AddArpeggio(track, bar);
            AddTune(track, bar);
        }

        var gain = new AudioLevel(PeakDbfs).SinePeak / track.Max(Math.Abs);
        return [.. track.Select(value => Pcm.ToLinear(value * gain))];
    }

    private static double BarStart(int bar) => bar * BeatsPerBar * BeatSeconds;

    /// <summary>The chord, swelling and fading over its bar and a little into the next.</summary>
    private static void AddPad(double[] track, int bar)
    {
        const double seconds = (BeatsPerBar * BeatSeconds) + 1;
        foreach (var note in s_chords[bar])
        {
            AddNote(track, BarStart(bar), seconds, Frequency(note + 12), t =>
                0.12 * Math.Pow(Math.Sin(Math.PI * t / seconds), 0.7), overtone: 0.15);
        }
    }

    private static void AddArpeggio(double[] track, int bar)
    {
        int[] order = [0, 1, 2, 3, 2, 1, 3, 2];
        for (var beat = 0; beat < BeatsPerBar; beat++)
        {
            var note = s_chords[bar][order[beat]] + (order[beat] == 0 ? 12 : 0);
            AddBell(track, BarStart(bar) + (beat * BeatSeconds), note, loudness: 0.28, decaySeconds: 0.6);
        }
    }

    private static void AddTune(double[] track, int bar)
    {
        for (var beat = 0; beat < BeatsPerBar; beat++)
        {
            if (s_tune[bar][beat] is var note and > 0)
            {
                AddBell(track, BarStart(bar) + (beat * BeatSeconds), note, loudness: 0.55, decaySeconds: 0.9);
            }
        }
    }

    private static void AddBell(double[] track, double start, int note, double loudness, double decaySeconds) =>
        AddNote(track, start, 5 * decaySeconds, Frequency(note), t =>
            loudness * Math.Min(1, t / 0.012) * Math.Exp(-t / decaySeconds), overtone: 0.25);

    private static void AddNote(
        double[] track, double start, double seconds, double frequency, Func<double, double> loudness, double overtone)
    {
        var first = (int)(start * G711.SampleRateHz);
        var count = (int)(seconds * G711.SampleRateHz);
        for (var i = 0; i < count; i++)
        {
            var t = (double)i / G711.SampleRateHz;
            var turn = 2 * Math.PI * frequency * t;
            var wave = Math.Sin(turn) + (overtone * Math.Exp(-3 * t) * Math.Sin(2 * turn));
            track[(first + i) % track.Length] += loudness(t) * wave;
        }
    }

    private static double Frequency(int midiNote) => 440 * Math.Pow(2, (midiNote - 69) / 12.0);
}
