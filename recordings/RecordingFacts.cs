using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Recordings;

/// <summary>What is known of a recorded file beside its sound: kept next to it as <c>NAME.json</c>.</summary>
/// <param name="Channels">The legs, in the file's channel order.</param>
/// <param name="Gaps">Where silence stands in place of what was said.</param>
/// <param name="Sha256">Of the file, lower-case hex; empty while it is being written.</param>
public sealed record RecordingFacts(
    string Name, CallId Call, int Recording, int Segment, DateTimeOffset StartedAt, TimeSpan Duration,
    ImmutableArray<int> Channels, ImmutableArray<RecordingGap> Gaps, int SampleRateHz, long Bytes, string Sha256)
{
    /// <summary>Facts larger than this are none of ours.</summary>
    public const int BytesMax = 256 * 1024;

    /// <summary>The process that wrote it died; the file was put in order at the next start.</summary>
    public bool Recovered { get; init; }

    /// <summary>Of WAV that is being written: Opus is made of it once it is complete.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsKeptAsOpus { get; init; }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, RecordingJson.Default.RecordingFacts);

    /// <summary>Null for anything that is not facts.</summary>
    public static RecordingFacts? TryRead(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, RecordingJson.Default.RecordingFacts);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true)]
[JsonSerializable(typeof(RecordingFacts))]
internal sealed partial class RecordingJson : JsonSerializerContext;
