using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansAcd.Contracts.Views;

namespace OrleansAcd.Gateway.Feed;

/// <summary>One event as it goes out: a CloudEvents 1.0 JSON document (structured mode) in a server-sent
/// event.</summary>
/// <param name="Number">Its place in this process's feed, from 1.</param>
internal sealed record FeedFrame(long Number, string Subject, byte[] Bytes)
{
    public const string ResetType = "acd.feed.reset.v1";

    /// <param name="source">Names this run of the process: numbers of another run mean nothing here.</param>
    public static FeedFrame Of(FeedEvent e, long number, string source) =>
        new(number, e.Subject, Write(e.Type, e.Subject, e.Sequence, e.Time, e.Data, number, source));

    /// <summary>Tells a client that it has missed events: what it knows is old, it must ask for everything
    /// again.</summary>
    public static byte[] Reset(DateTimeOffset now, long number, string source) =>
        Write(ResetType, "feed", number, now, "{}", number, source);

    private static byte[] Write(
        string type, string subject, long sequence, DateTimeOffset time, string data, long number, string source)
    {
        var cursor = string.Create(CultureInfo.InvariantCulture, $"{source}-{number}");
        using var memory = new MemoryStream();
        memory.Write(Encoding.ASCII.GetBytes($"id: {cursor}\ndata: "));
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", cursor);
            json.WriteString("source", "/acd");
            json.WriteString("type", type);
            json.WriteString("subject", subject);
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("datacontenttype", "application/json");
            // The sequence extension is a string; ours are padded so that they also sort as text.
            json.WriteString("sequence", sequence.ToString("D12", CultureInfo.InvariantCulture));
            json.WritePropertyName("data");
            json.WriteRawValue(data);
            json.WriteEndObject();
        }

        memory.Write("\n\n"u8);
        return memory.ToArray();
    }
}
