using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using Xunit;

namespace OrleansAcd.Tests.Unit.Audio;

/// <summary>Person or machine, by how they greet (<see cref="GreetingOptions"/>).</summary>
public sealed class AnsweringMachineTests
{
    [Fact]
    public void AWordAndAPauseIsAPerson()
    {
        var heard = Hear([.. Quiet(0.6), .. Talk(0.5), .. Quiet(3)]);
        Assert.Equal(SignalKind.Person, Assert.Single(heard).Kind);
        Assert.Equal(1.9, heard[0].At.TotalSeconds, 0.15);
    }

    [Fact]
    public void TwoWordsWithAGapAreAPersonToo() =>
        Assert.Equal(
            SignalKind.Person,
            Assert.Single(Hear([.. Quiet(0.3), .. Talk(0.4), .. Quiet(0.3), .. Talk(0.5), .. Quiet(2)])).Kind);

    [Fact]
    public void ALongGreetingIsAMachineAsSoonAsItIsLong()
    {
        var heard = Hear([.. Quiet(0.5), .. Talk(6), .. Quiet(2)]);
        Assert.Equal(SignalKind.Machine, Assert.Single(heard).Kind);
        Assert.Equal(2.5, heard[0].At.TotalSeconds, 0.2);
    }

    [Fact]
    public void ManyWordsAreAMachine()
    {
        short[] words = [.. Enumerable.Range(0, 6).SelectMany(_ => (short[])[.. Talk(0.15), .. Quiet(0.1)])];
        Assert.Equal(SignalKind.Machine, Assert.Single(Hear([.. Quiet(0.5), .. words, .. Quiet(2)])).Kind);
    }

    [Fact]
    public void SilenceAtFirstIsAMachine()
    {
        var heard = Hear(Quiet(4));
        Assert.Equal(SignalKind.Machine, Assert.Single(heard).Kind);
        Assert.Equal(3, heard[0].At.TotalSeconds, 0.05);
    }

    [Theory, InlineData(440, 300), InlineData(1_000, 200), InlineData(1_400, 500), InlineData(2_000, 1_000)]
    public void TheBeepAfterTheGreetingIsToldOnceItIsOver(double frequency, int milliseconds)
    {
        var beep = SignalDetectorTests.Sound(frequency, -15, milliseconds);
        var heard = Hear([.. Quiet(0.5), .. Talk(4), .. Quiet(0.7), .. beep, .. Quiet(2), .. beep, .. Quiet(1)]);
        Assert.Equal([SignalKind.Machine, SignalKind.Beep], heard.Select(signal => signal.Kind));
        Assert.Equal(5.2 + (milliseconds / 1_000.0) + 0.15, heard[1].At.TotalSeconds, 0.12);
    }

    [Fact]
    public void ABeepBeforeAnythingElseIsAMachine()
    {
        short[] audio = [.. Quiet(0.5), .. SignalDetectorTests.Sound(1_000, -15, 300), .. Quiet(2)];
        Assert.Equal([SignalKind.Machine, SignalKind.Beep], Hear(audio).Select(signal => signal.Kind));
    }

    [Fact]
    public void ATalkingMachineDoesNotBeep()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            short[] audio = [.. Quiet(0.5), .. Babble.Speak(seed, seconds: 30), .. Quiet(1)];
            Assert.DoesNotContain(Hear(audio), signal => signal.Kind == SignalKind.Beep);
        }
    }

    [Fact]
    public void APersonIsHeardOverANoisyLine()
    {
        short[] audio = [.. Quiet(0.6), .. Talk(0.5), .. Quiet(3)];
        SignalDetectorTests.AddNoise(audio, dbm0: -42);
        Assert.Equal(SignalKind.Person, Assert.Single(Hear(audio)).Kind);
    }

    private static List<Signal> Hear(short[] audio) => SignalDetectorTests.Hear(audio, SignalGroups.Answer);

    private static short[] Quiet(double seconds) => new short[(int)(seconds * 8_000)];

    /// <summary>Speech without pauses longer than a consonant.</summary>
    private static short[] Talk(double seconds)
    {
        short[] talk = [.. Babble.Speak(3, 3 * seconds).Where(sample => sample != 0).Take((int)(seconds * 8_000))];
        Assert.Equal((int)(seconds * 8_000), talk.Length);
        return talk;
    }
}
