using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAcd.Contracts.Views;

/// <summary>Writes a duration as a number of seconds: <c>20</c>, <c>0.5</c>.</summary>
public sealed class SecondsJson : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeSpan.FromSeconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.TotalSeconds);
}
