using System.Collections.Immutable;

namespace OrleansAcd.Audio;

/// <summary>A tone with its cadence: steps, played once or for ever.</summary>
/// <param name="Name">What prompts call it.</param>
/// <param name="Steps">At least one; each at least a sample long.</param>
/// <param name="IsLoop">After the last step comes the first.</param>
public sealed record ToneSequence(string Name, ImmutableArray<ToneStep> Steps, bool IsLoop)
{
    /// <summary>All steps once.</summary>
    public TimeSpan Period => TimeSpan.FromTicks(Steps.Sum(step => step.Duration.Ticks));

    /// <summary>All steps once, 16-bit linear, mono.</summary>
    public short[] ToSamples(int sampleRateHz = G711.SampleRateHz)
    {
        var samples = new short[Steps.Sum(step => step.Samples(sampleRateHz))];
        new ToneGenerator(this, sampleRateHz).Fill(samples);
        return samples;
    }

    /// <summary>All steps once; a tone that loops goes on without a seam when the clip is looped.</summary>
    public AudioClip ToClip() => AudioClip.FromSamples(Name, ToSamples());
}
