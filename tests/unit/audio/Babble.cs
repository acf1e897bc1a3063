namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Sound like speech, from a seed: voiced syllables of gliding pitch with three formants, hisses,
/// pauses.</summary>
internal static class Babble
{
    private const int Rate = 8_000;

    public static short[] Speak(int seed, double seconds)
    {
        var random = new Random(seed);
        var samples = new short[(int)(seconds * Rate)];
        for (var at = 0; at < samples.Length;)
        {
            var length = Math.Min(samples.Length - at, random.Next(Rate / 12, Rate / 3));
            var syllable = samples.AsSpan(at, length);
            if (random.Next(5) == 0) Hiss(random, syllable);
            else Voice(random, syllable);
            at += length + random.Next(0, Rate / 8);
        }

        return samples;
    }

    private static void Hiss(Random random, Span<short> syllable)
    {
        for (var i = 0; i < syllable.Length; i++) syllable[i] = (short)random.Next(-900, 900);
    }

    /// <summary>Harmonics of a glottis (12 dB an octave down, lips 6 dB up) shaped by formants of 80 to 160 Hz, a pitch
    /// that trembles by a hundredth, a little breath.</summary>
    private static void Voice(Random random, Span<short> syllable)
    {
        var pitch = 90 + (170 * random.NextDouble());
        var glide = 0.4 * (random.NextDouble() - 0.5);
        (double Hz, double Width, double Gain)[] formants =
        [
            (280 + (550 * random.NextDouble()), 80, 1),
            (900 + (1_300 * random.NextDouble()), 110, 0.6),
            (2_400 + (400 * random.NextDouble()), 160, 0.3),
        ];
        var (phase, tremble) = (0.0, 0.0);
        for (var i = 0; i < syllable.Length; i++)
        {
            var now = (double)i / syllable.Length;
            tremble = (0.999 * tremble) + (0.0007 * (random.NextDouble() - 0.5));
            var fundamental = pitch * (1 + (glide * now) + tremble);
            phase += fundamental / Rate;
            var value = 0.02 * (random.NextDouble() - 0.5);
            for (var harmonic = 1; harmonic * fundamental < 3_600; harmonic++)
            {
                var gain = 0.02;
                foreach (var (hz, width, strength) in formants)
                {
                    gain += strength / Math.Sqrt(1 + Math.Pow(((harmonic * fundamental) - hz) / (width / 2), 2));
                }

                value += gain / harmonic * Math.Sin(2 * Math.PI * harmonic * phase);
            }

            syllable[i] = (short)Math.Clamp(9_000 * value * Math.Sin(Math.PI * now), -30_000, 30_000);
        }
    }
}
