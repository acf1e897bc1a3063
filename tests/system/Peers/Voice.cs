using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Voices that can be told apart: each party speaks a tone of its own.</summary>
public static class Voice
{
    private const int WindowSamples = 800;

    public const double CallerHz = 700;
    public const double AgentHz = 1_300;

    /// <summary>For phones that make wideband of their 8 kHz file: what baresip's filter leaves as loud as it
    /// was.</summary>
    public const double LowHz = 500;

    public const double SupervisorHz = 1_900;
    public const double ExpertHz = 2_300;

    /// <summary>Writes 60 s of a tone at -12 dBFS as a WAV file.</summary>
    public static string Wav(TestFolder folder, double frequencyHz)
    {
        var path = folder.File($"voice-{frequencyHz}.wav");
        var samples = Tone(frequencyHz, seconds: 60);
        File.WriteAllBytes(path, WavWriter.ToBytes(samples, 8_000));
        return path;
    }

    public static short[] Tone(double frequencyHz, int seconds)
    {
        var samples = new short[8_000 * seconds];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (short)(32_767 * 0.25 * Math.Sin(2 * Math.PI * frequencyHz * i / 8_000));
        }

        return samples;
    }

    /// <summary>The longest stretch, in seconds, in which a recording holds this tone at -12 dBFS, give or take 2
    /// dB.</summary>
    public static double SecondsHeard(string wavFile, double frequencyHz)
    {
        var (longest, current) = (0, 0);
        foreach (var isHeard in Windows(wavFile, frequencyHz))
        {
            current = isHeard ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        return longest * WindowSamples / 8_000.0;
    }

    /// <summary>The same, all stretches together.</summary>
    public static double SecondsInAll(string wavFile, double frequencyHz) =>
        Windows(wavFile, frequencyHz).Count(isHeard => isHeard) * WindowSamples / 8_000.0;

    /// <summary>The stretches of at least half a second with this tone, from and until in seconds; two with less than
    /// half a second between them are one.</summary>
    public static IReadOnlyList<(double From, double Until)> Stretches(string wavFile, double frequencyHz)
    {
        var stretches = new List<(double From, double Until)>();
        var windows = Windows(wavFile, frequencyHz);
        for (var i = 0; i < windows.Count; i++)
        {
            if (!windows[i]) continue;

            var (from, until) = (i * WindowSamples / 8_000.0, (i + 1) * WindowSamples / 8_000.0);
            if (stretches.Count > 0 && from - stretches[^1].Until < 0.5) stretches[^1] = (stretches[^1].From, until);
            else stretches.Add((from, until));
        }

        return stretches.FindAll(s => s.Until - s.From >= 0.5);
    }

    /// <summary>How loud a recording is between two moments, in dBFS.</summary>
    public static double LevelBetween(string wavFile, double from, double until) =>
        ToneMeter.Rms(Samples(wavFile).AsSpan((int)(8_000 * from)..(int)(8_000 * until))).Dbfs;

    /// <summary>How loud a tone is in the middle second of a recording, in dBFS.</summary>
    public static double LevelInTheMiddle(string wavFile, double frequencyHz)
    {
        var samples = Samples(wavFile);
        return ToneMeter.LevelAt(samples.AsSpan((samples.Length - 8_000) / 2, 8_000), frequencyHz).Dbfs;
    }

    private static short[] Samples(string wavFile)
    {
        Assert.Equal(WavReadResult.None, WavReader.TryRead(File.ReadAllBytes(wavFile), out var audio));
        return Pcm.ToLinear(Resampler.Convert(audio!.Mono, audio.SampleRateHz, 8_000));
    }

    private static List<bool> Windows(string wavFile, double frequencyHz)
    {
        var samples = Samples(wavFile);
        var windows = new List<bool>();
        for (var start = 0; start + WindowSamples <= samples.Length; start += WindowSamples)
        {
            var level = ToneMeter.LevelAt(samples.AsSpan(start, WindowSamples), frequencyHz).Dbfs;
            windows.Add(level is > -14 and < -10);
        }

        return windows;
    }
}
