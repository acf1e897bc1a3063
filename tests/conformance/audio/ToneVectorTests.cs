using System.Text.Json;
using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using OrleansAcd.Tests.Conformance.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Audio;

/// <summary>The tone vectors: every line of labels.jsonl says what must be heard in its file.</summary>
public sealed class ToneVectorTests
{
    private const string Folder = "audio/tones/";

    [SkippableFact]
    public void EveryFileIsHeardAsLabelled()
    {
        var labels = File.ReadAllLines(MediaVectors.Path(Folder + "labels.jsonl"))
            .Where(line => line.Length > 0)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToList();
        Assert.Equal(22, labels.Count);
        var wrong = labels.Select(Judge).Where(problem => problem is not null).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string? Judge(JsonElement label)
    {
        var file = label.GetProperty("file").GetString()!;
        var must = label.GetProperty("must").GetString()!;
        var sent = label.TryGetProperty("sent", out var digits) ? digits.GetString()! : "";
        var audio = Load(file);
        var keys = Keys(audio);
        var heard = string.Concat(keys.Select(key => key.Key));
        var signals = Signals(audio);
        var isRight = must switch
        {
            "all digits exactly" or "no digit" or "informative" => heard == sent && signals.Length == 0,
            "CNG" => heard == "" && signals is [SignalKind.FaxCalling, ..] && signals.Length == 3,
            "CED" or "CED/ANS 2100 Hz" => heard == "" && signals is [SignalKind.FaxAnswering],
            "ANSam (V.8) 15 Hz AM" => heard == "" && signals is [SignalKind.ModemAnswering],
            "no DTMF, no CNG, no CED" => heard == "" && !signals.Any(IsFax),
            _ => IsWithinLimits(must, keys),
        };
        return isRight ? null : $"{file}: {must}; heard '{heard}' and [{string.Join(' ', signals)}]";
    }

    /// <summary>Bursts of Mitel's tests 3 to 5 begin every 100 ms, so a key's time says which it is.</summary>
    private static bool IsWithinLimits(string must, List<DetectedKey> keys)
    {
        var steps = keys.Select(key => (int)Math.Round((key.Start.TotalMilliseconds - 200) / 100) + 1).ToList();
        Assert.Equal(steps.Count, steps.Distinct().Count());
        return must switch
        {
            "first 15 (to 1.5 %) accepted; steps 36-40 (over 3.5 %) rejected" =>
                Enumerable.Range(1, 15).All(steps.Contains) && !steps.Any(step => step >= 36),
            "at least the first 8 bursts (0..7 dB; limit 8 dB)" => Enumerable.Range(1, 8).All(steps.Contains),
            "at least the first 4 bursts (0..3 dB; limit 4 dB)" => Enumerable.Range(1, 4).All(steps.Contains),

            // The first burst is at +3 dBm0: step n is at 4 - n.
            "at least 35 contiguous bursts; none below -45" =>
                steps.Count >= 35 && steps.SequenceEqual(Enumerable.Range(steps[0], steps.Count)) && steps[^1] <= 49,
            _ => throw new InvalidDataException("a label that this test does not know: " + must),
        };
    }

    private static bool IsFax(SignalKind kind) => kind is SignalKind.FaxCalling or SignalKind.FaxAnswering
        or SignalKind.ModemAnswering or SignalKind.ModemAnsweringReversed;

    private static short[] Load(string file)
    {
        var bytes = File.ReadAllBytes(MediaVectors.Path(Folder + file));
        Assert.Equal(WavReadResult.None, WavReader.TryRead(bytes, out var audio));
        return Pcm.ToLinear(Resampler.Convert(audio!.Mono, audio.SampleRateHz, 8_000));
    }

    private static List<DetectedKey> Keys(short[] audio)
    {
        var detector = new DtmfDetector();
        var keys = new List<DetectedKey>();
        foreach (var piece in audio.Concat(new short[1_600]).Chunk(160))
        {
            detector.Handle(piece);
            while (detector.TryPoll(out var key)) keys.Add(key);
        }

        return keys;
    }

    private static SignalKind[] Signals(short[] audio)
    {
        var detector = new SignalDetector(SignalGroups.Fax | SignalGroups.Progress);
        var kinds = new List<SignalKind>();
        foreach (var piece in audio.Concat(new short[1_600]).Chunk(160))
        {
            detector.Handle(piece);
            while (detector.TryPoll(out var signal)) kinds.Add(signal.Kind);
        }

        return [.. kinds];
    }
}
