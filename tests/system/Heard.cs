using OrleansAcd.Audio;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>What a caller's recording holds: greeting, music, then the agent.</summary>
internal static class Heard
{
    /// <summary>Levels in dBFS: of the greeting (seconds 0.5 to 2.5), of the music (6 to 8), and of the agent's tone
    /// (last second).</summary>
    public static (double Greeting, double Music, double AgentTone) Parts(string wavFile)
    {
        Assert.Equal(WavReadResult.None, WavReader.TryRead(File.ReadAllBytes(wavFile), out var audio));
        var samples = Pcm.ToLinear(audio!.Mono).AsSpan();
        return (
            ToneMeter.Rms(samples[4_000..20_000]).Dbfs,
            ToneMeter.Rms(samples[48_000..64_000]).Dbfs,
            ToneMeter.LevelAt(samples[^9_600..^1_600], Voice.AgentHz).Dbfs);
    }
}

/// <summary>Real time in which real phones really talk: the thing measured, not a wait for something to
/// happen.</summary>
internal static class TalkTime
{
    public static Task Of(TimeSpan duration) => Task.Delay(duration, TimeProvider.System);
}
