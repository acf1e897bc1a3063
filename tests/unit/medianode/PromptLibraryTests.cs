using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Tests.Unit.Audio;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A folder of recordings of any kind becomes prompts at 8 kHz, and says what it left out.</summary>
public sealed class PromptLibraryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("acd-prompts-");

    [Theory]
    [InlineData(8_000, 1)]
    [InlineData(8_000, 2)]
    [InlineData(16_000, 1)]
    [InlineData(16_000, 2)]
    [InlineData(44_100, 1)]
    [InlineData(44_100, 2)]
    [InlineData(48_000, 1)]
    [InlineData(48_000, 2)]
    public void ARecordingOfAnyRateKeepsItsLengthItsToneAndItsLevel(int rate, int channels)
    {
        Put("hello.wav", WavFile.Pcm(WavFile.Sine(1_000, 0.5, rate, rate), rate, channels, 16));

        var clip = PromptLibrary.Load(_folder).Find("hello")!;

        var samples = new short[clip.LengthSamples];
        G711.Decode(G711Codec.Pcmu, clip.Encoded(G711Codec.Pcmu), samples);
        var peak = ToneMeter.Strongest(samples.AsSpan(1_000, 6_000));
        Assert.Equal(1, clip.Duration.TotalSeconds, 0.01);
        Assert.Equal(1_000, peak.FrequencyHz, 10.0);
        Assert.Equal(-6, peak.Level.Dbfs, 0.5);
    }

    [Fact]
    public void AFileWinsOverWhatShipsAndABrokenOneIsNamed()
    {
        Put("welcome.wav", WavFile.Pcm(WavFile.Sine(1_000, 0.5, 8_000, 800), 8_000, 1, 16));
        Put("broken.wav", [1, 2, 3]);

        var prompts = PromptLibrary.Load(_folder);

        Assert.Equal(800, prompts.Find("welcome")!.LengthSamples);
        Assert.NotNull(prompts.Find("default"));
        Assert.Null(prompts.Find("broken"));
        Assert.Contains("broken.wav", Assert.Single(prompts.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "Empty"), InlineData(3, "NotWave"), InlineData(30, "BadFormat"), InlineData(12, "MissingFormat"), InlineData(44, "Empty")]
    public void AFileThatHoldsNoSoundIsLeftOutAndNamedWithTheReason(int bytes, string reason)
    {
        Put("hello.wav", WavFile.Pcm([0.1, 0.2], 8_000, 1, 16)[..bytes]);

        var prompts = PromptLibrary.Load(_folder);

        Assert.Null(prompts.Find("hello"));
        Assert.Equal($"prompt hello.wav: {reason}", Assert.Single(prompts.Problems));
    }

    [Fact]
    public void ACutFilePlaysWhatIsThereAndIsNamed()
    {
        Put("hello.wav", WavFile.Pcm(WavFile.Sine(1_000, 0.5, 8_000, 800), 8_000, 1, 16)[..1_044]);

        var prompts = PromptLibrary.Load(_folder);

        Assert.Equal(500, prompts.Find("hello")!.LengthSamples);
        Assert.Equal("prompt hello.wav: Truncated", Assert.Single(prompts.Problems));
    }

    [Fact]
    public void EveryUsualKindOfRecordingBecomesAPrompt()
    {
        double[] samples = [0.5, -0.5, 0.25, 0.1];
        foreach (var (encoding, bits) in ((int, int)[])[(1, 8), (1, 24), (1, 32), (3, 32), (6, 8), (7, 8)])
        {
            Put($"plain-{encoding}-{bits}.wav", WavBytes.File(encoding, bits, 6, samples));
            Put($"extensible-{encoding}-{bits}.wav", WavBytes.File(encoding, bits, 1, samples, isExtensible: true));
        }

        var prompts = PromptLibrary.Load(_folder);

        Assert.Empty(prompts.Problems);
        Assert.Equal(4, prompts.Find("plain-3-32")!.LengthSamples);
        Assert.Equal(4, prompts.Find("extensible-1-24")!.LengthSamples);
    }

    [Fact]
    public void AFolderThatIsNamedLikeAPromptOrIsNotThereIsNoPrompt()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "hello.wav"));
        Assert.Null(PromptLibrary.Load(_folder).Find("hello"));

        var nowhere = PromptLibrary.Load(new DirectoryInfo(Path.Combine(_folder.FullName, "nowhere")));
        Assert.Empty(nowhere.Problems);
        Assert.NotNull(nowhere.Find("welcome"));
    }

    [Fact]
    public void AFileThatIsTooLargeIsNotRead()
    {
        using (var file = File.Create(Path.Combine(_folder.FullName, "huge.wav")))
        {
            file.SetLength(PromptLibrary.FileBytesMax + 1);     // sparse: no disk is used
        }

        var prompts = PromptLibrary.Load(_folder);

        Assert.Contains("larger than", Assert.Single(prompts.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void FilesBeyondTheLimitAreSaidToBeLeftOut()
    {
        var tiny = WavFile.Pcm([0.1], 8_000, 1, 16);
        for (var i = 0; i <= PromptLibrary.FilesMax; i++) Put($"{i:0000}.wav", tiny);

        var prompts = PromptLibrary.Load(_folder);

        Assert.NotNull(prompts.Find("0999"));
        Assert.Null(prompts.Find("1000"));
        Assert.Contains("1000.wav", Assert.Single(prompts.Problems), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Put(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder.FullName, name), bytes);
}
