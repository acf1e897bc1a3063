using System.Globalization;
using System.Text.Json.Nodes;
using OrleansAcd.Audio;
using Xunit;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A recording of the centre as downloaded: a WAV file with a channel for each leg.</summary>
/// <param name="legs">In the file's channel order.</param>
internal sealed class RecordedFile(TestFolder folder, byte[] wav, int[] legs)
{
    private const int ChannelsAt = 22;
    private const int RateAt = 24;

    private readonly int _data = wav.AsSpan().IndexOf("data"u8) + 8;

    private int Frames => (wav.Length - _data) / (2 * legs.Length);

    public double Seconds => (double)Frames / BitConverter.ToInt32(wav, RateAt);

    /// <summary>The address of a recording.</summary>
    /// <param name="piece">What the record of its call says of it.</param>
    public static string PathOf(JsonNode piece) => "/v1/recordings/" + piece["name"]!.GetValue<string>();

    /// <summary>A piece of a call's recording; Opus is decoded by Xiph's own decoder.</summary>
    public static async Task<RecordedFile> Download(Floor floor, JsonNode piece)
    {
        var bytes = await floor.Acd.Http.GetByteArrayAsync(new Uri(PathOf(piece), UriKind.Relative));
        if (PathOf(piece).EndsWith(".opus", StringComparison.Ordinal)) bytes = await Decoded(floor.Folder, bytes);
        return new RecordedFile(
            floor.Folder, bytes, [.. piece["channels"]!.AsArray().Select(leg => leg!.GetValue<int>())]);
    }

    /// <summary>The WAV file of one leg alone; silence where the recording has no such leg.</summary>
    public string Of(int leg)
    {
        Assert.Equal(WavReadResult.None, WavReader.TryRead(wav, out _));
        Assert.Equal(legs.Length, BitConverter.ToInt16(wav, ChannelsAt));
        var samples = new short[Frames];
        var channel = Array.IndexOf(legs, leg);
        for (var i = 0; channel >= 0 && i < samples.Length; i++)
        {
            samples[i] = BitConverter.ToInt16(wav, _data + (2 * ((i * legs.Length) + channel)));
        }

        var path = folder.File(string.Create(CultureInfo.InvariantCulture, $"leg-{leg}.wav"));
        File.WriteAllBytes(path, WavWriter.ToBytes(samples, BitConverter.ToInt32(wav, RateAt)));
        return path;
    }

    private static async Task<byte[]> Decoded(TestFolder folder, byte[] opus)
    {
        var (from, to) = (folder.File("recorded.opus"), folder.File("recorded.wav"));
        await File.WriteAllBytesAsync(from, opus);
        await using var decoder = PeerProcess.Start("opusdec", ["--quiet", "--rate", "8000", from, to], folder.Path);
        Assert.Equal(0, await decoder.WaitForExit(TimeSpan.FromSeconds(20)));
        return await File.ReadAllBytesAsync(to);
    }
}
