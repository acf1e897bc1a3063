using OrleansAcd.Audio;
using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Buffers for one frame's mixing, shared by all conversations of a worker.</summary>
internal sealed class MixScratch
{
    public const int FrameSamplesMax = 320;

    /// <summary>All speakers that are not silent, added up.</summary>
    public int[] Sum { get; } = new int[FrameSamplesMax];

    /// <summary>One listener's sum.</summary>
    public int[] Own { get; } = new int[FrameSamplesMax];

    public short[] Output { get; } = new short[FrameSamplesMax];

    /// <summary>The sum of all, encoded in each law once for all who hear just that.</summary>
    public byte[] SharedMu { get; } = new byte[G711.FrameSamples];

    public byte[] SharedA { get; } = new byte[G711.FrameSamples];
}

/// <summary>One frame for all mixed listeners of one sample rate: added up, encoded, sent.</summary>
internal static class MixRoom
{
    /// <returns>Whether a listener's plan must be made anew.</returns>
    public static bool Send(
        MediaWorker worker, int rateHz, MixSource[] sources, MixEar[] ears, int periods, Instant now)
    {
        if (ears.Length == 0) return false;

        var frame = new MixFrame(worker, rateHz, AddUp(worker.Mix.Sum, sources, rateHz), periods, now);
        var isStale = false;
        foreach (var ear in ears)
        {
            // Removed, or put on another path, by whoever was told something in this tick.
            if (ear.Listener.Ear != ear || ear.Listener.Path != HearingPath.Mix) continue;

            frame.Send(ear);
            isStale |= ear.Deferred is not null && --ear.DeferredFrames <= 0;
        }

        return isStale;
    }

    /// <returns>Whether anybody speaks.</returns>
    private static bool AddUp(int[] sum, MixSource[] sources, int rateHz)
    {
        var samples = sum.AsSpan(0, rateHz / MediaWorker.FramesPerSecond);
        samples.Clear();
        var isAnySpeaking = false;
        foreach (var source in sources)
        {
            if (!source.IsActive) continue;

            Mixer.Add(source.Frame(rateHz), samples);
            isAnySpeaking = true;
        }

        return isAnySpeaking;
    }
}
