using System.ComponentModel;
using System.Diagnostics;
using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Audio;

/// <summary>No false hit in speech: minutes of it, of several voices and languages, synthesised by espeak-ng.</summary>
public sealed class TalkOffTests
{
    private const string Text = """
        Welcome to our service centre. All our agents are talking to other customers; please hold the line
        and we will be with you shortly. You can also visit our web site, where most questions are answered
        at once. Your call may be recorded for training. For billing say billing, for a technician say
        technician, or stay on the line to speak to somebody. Who shall I say is calling? One moment, let me
        look at that for you. Yes, I see the order from the seventeenth of May, two items, sent to your home
        address. No, it has not arrived yet, has it? I am so sorry. We owe you an apology, oh dear. Moo,
        boo, who knew, you too; see me, be free; ah, far car; aw, law, more, four.
        """;

    [SkippableTheory]
    [InlineData("en-gb"), InlineData("en-us+f3"), InlineData("de"), InlineData("fr+f2"), InlineData("it")]
    [InlineData("es+m3"), InlineData("en+croak"), InlineData("sv")]
    public void SpeechIsNoKeyAndNoSignal(string voice)
    {
        var audio = Speak(voice, 135).Concat(Speak(voice, 200)).ToArray();
        Assert.True(audio.Length > 40 * 8_000, "too little speech");
        var keys = new DtmfDetector();
        var signals = new SignalDetector(SignalGroups.Fax | SignalGroups.Progress);
        keys.Handle(audio);
        signals.Handle(audio);
        Assert.False(keys.TryPoll(out _));
        Assert.False(signals.TryPoll(out var signal), signal.ToString());
    }

    private static short[] Speak(string voice, int wordsPerMinute)
    {
        var file = Path.Combine(Path.GetTempPath(), $"acd-talk-{Environment.ProcessId}-{voice}-{wordsPerMinute}.wav");
        try
        {
            var start = new ProcessStartInfo("espeak-ng", ["-v", voice, "-s", $"{wordsPerMinute}", "-w", file, Text]);
            using var process = Process.Start(start)!;
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            Assert.NotNull(Read(file));
            return Read(file)!;
        }
        catch (Win32Exception)
        {
            Skip.If(true, "no espeak-ng");
            return [];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static short[]? Read(string file)
    {
        _ = WavReader.TryRead(File.ReadAllBytes(file), out var audio);
        return audio is null ? null : Pcm.ToLinear(Resampler.Convert(audio.Mono, audio.SampleRateHz, 8_000));
    }
}
