using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansAcd.Contracts;

/// <summary>Writes an id as the plain string it is, as a value and as a key: <c>"alice"</c>, not an object around
/// it.</summary>
public abstract class IdJson<T> : JsonConverter<T>
    where T : struct
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Make(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    public override T ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Make(reader.GetString() ?? "");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString() ?? "");

    protected abstract T Make(string value);
}

public sealed class CallIdJson : IdJson<CallId>
{
    protected override CallId Make(string value) => new(value);
}

public sealed class AgentIdJson : IdJson<AgentId>
{
    protected override AgentId Make(string value) => new(value);
}

public sealed class QueueIdJson : IdJson<QueueId>
{
    protected override QueueId Make(string value) => new(value);
}

public sealed class NodeIdJson : IdJson<NodeId>
{
    protected override NodeId Make(string value) => new(value);
}
