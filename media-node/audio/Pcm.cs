namespace OrleansAcd.Audio;

/// <summary>Between floating point in [-1, 1) and 16-bit linear samples; exact both ways for 16-bit values.</summary>
public static class Pcm
{
    private const float Scale = 32_768;

    public static float ToFloat(short sample) => sample / Scale;

    public static short ToLinear(double value) =>
        (short)Math.Clamp(Math.Round(value * Scale), short.MinValue, short.MaxValue);

    public static short[] ToLinear(ReadOnlySpan<float> samples)
    {
        var linear = new short[samples.Length];
        for (var i = 0; i < linear.Length; i++) linear[i] = ToLinear(samples[i]);
        return linear;
    }
}
