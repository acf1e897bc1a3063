using System.Text.Json.Serialization;

namespace OrleansAcd.Contracts.Media;

/// <summary>How media commands and events are written where they leave the process: JSON by source
/// generation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(MediaCommand))]
[JsonSerializable(typeof(MediaEvent))]
[JsonSerializable(typeof(NodeEvent))]
[JsonSerializable(typeof(NodeSettings))]
public sealed partial class MediaJson : JsonSerializerContext;
