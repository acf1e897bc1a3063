using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Http.Headers;
using System.Text;

namespace OrleansAcd.Cli;

/// <summary>What the commands share that talk to a running centre: its address and key, and problems in plain
/// words.</summary>
internal static class RemoteCentre
{
    public static Option<Uri> Url() => new("--url")
    {
        Description = "The running centre [http://127.0.0.1:8080]",
        HelpName = "URL",
        CustomParser = Parse,
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:8080"),
    };

    public static Option<string?> Key() => new("--key") { Description = "Its API key; default: the variable ACD_KEY" };

    private static Uri? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;

        result.AddError($"--url: '{text}' is not an address such as http://127.0.0.1:8080");
        return null;
    }

    public static async Task<string> Send(
        HttpMethod method, Uri url, string path, string? key, string? yaml, CancellationToken cancellation)
    {
        key ??= Environment.GetEnvironmentVariable("ACD_KEY");
        if (string.IsNullOrEmpty(key)) throw new UsageException("no API key: give --key or set ACD_KEY");

        using var http = new HttpClient { BaseAddress = url };
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (yaml is not null) request.Content = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode
                ? text
                : throw new UsageException($"{url} answered {(int)response.StatusCode}: {text}");
        }
        catch (HttpRequestException problem)
        {
            throw new UsageException($"{url} cannot be reached: {problem.Message}");
        }
    }
}
