using System.Text.Json.Nodes;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>The product's event feed, read as any program would; tests wait for events instead of sleeping.</summary>
public sealed class EventFeed : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly List<JsonNode> _seen = [];

    private EventFeed(HttpResponseMessage response, StreamReader reader)
    {
        _response = response;
        _reader = reader;
    }

    public static async Task<EventFeed> Open(HttpClient http)
    {
        var response = await http.GetAsync(new Uri("/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new EventFeed(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event of this type, or one that has been seen and not yet taken.</summary>
    public async Task<JsonNode> Next(string type, Func<JsonNode, bool>? where = null, TimeSpan? within = null)
    {
        bool Fits(JsonNode e) => e["type"]!.GetValue<string>() == type && (where is null || where(e));

        var index = _seen.FindIndex(e => Fits(e));
        if (index >= 0)
        {
            var earlier = _seen[index];
            _seen.RemoveAt(index);
            return earlier;
        }

        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(20));
        try
        {
            while (await _reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;

                var node = JsonNode.Parse(line[5..])!;
                if (Fits(node)) return node;
                _seen.Add(node);
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with what came instead.
        }

        var types = string.Join(", ", _seen.Select(e => e["type"]!.GetValue<string>()));
        throw new TimeoutException($"no event {type}; what came: {types}");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
