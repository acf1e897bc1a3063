using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAcd.Calls;

/// <summary>How call events are written to the journal: JSON by source generation.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CallEvent))]
public sealed partial class CallJson : JsonSerializerContext
{
    public static string Write(CallEvent e) => JsonSerializer.Serialize(e, Default.CallEvent);

    /// <summary>Null where the text is no call event.</summary>
    public static CallEvent? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Default.CallEvent);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
