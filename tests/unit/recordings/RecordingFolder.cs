using OrleansAcd.Contracts;
using OrleansAcd.Recordings;

namespace OrleansAcd.Tests.Unit.Recordings;

/// <summary>A test's own folder for recordings, deleted at its end, and names and facts to put there.</summary>
internal sealed class RecordingFolder : IDisposable
{
    public static readonly DateOnly Day = new(2026, 11, 22);

    public string Path { get; } = Directory.CreateTempSubdirectory("acd-recordings-").FullName;

    public static RecordingName Name(string call = "call-1", int segment = 1, DateOnly? day = null) =>
        new(day ?? Day, new CallId(call), 1, segment, RecordingName.Wav);

    public static RecordingFacts Facts(RecordingName name, int channels = 2, int sampleRateHz = 8_000) => new(
        name.ToString(), name.Call, name.Recording, name.Segment, new DateTimeOffset(2026, 11, 22, 9, 0, 0, default),
        TimeSpan.Zero, [.. Enumerable.Range(1, channels)], [], sampleRateHz, 0, "");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
