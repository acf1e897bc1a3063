using OrleansAcd.Contracts.Centre;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansAcd.Cli;

/// <summary>What a start prints: where phones, browsers and programs connect.</summary>
internal static class Banner
{
    public static void Print(CentreHost host, CentreHostOptions options, CentreDocument document)
    {
        var centre = host.Services.GetRequiredService<ICentreSource>().Current.Centre;
        var at = $"{options.AdvertisedAddress()}:{host.Node.Sip.Port}";
        var http = host.Http.ToString()
            .Replace("0.0.0.0", options.AdvertisedAddress().ToString(), StringComparison.Ordinal);
        Console.WriteLine(
            $"OrleansAcd is up: {centre.Numbers.Length} numbers, {centre.Queues.Length} queues, "
            + $"{centre.Agents.Length} agents ({document.Source})");
        Console.WriteLine($"  phones   sip:{at}  UDP and TCP; RTP at ports {options.RtpPorts}");
        if (host.Node.Tls is { } secure)
        {
            Console.WriteLine($"  by TLS   sip:{options.AdvertisedAddress()}:{secure.Port};transport=tls");
        }

        Console.WriteLine($"  browser  {http}");
        Console.WriteLine($"  programs {http}v1  documented at {http}openapi/v1.json");
        Console.WriteLine(host.MadeKey is { } key
            ? $"  API key: {key}   (shown this once; the page asks for it)"
            : "  API key: as printed at the first start");
        foreach (var (agent, password) in document.SamplePasswords)
        {
            Console.WriteLine($"  agent    sip:{agent}@{at}  password {password}");
        }

        foreach (var number in centre.Numbers.Take(5))
            Console.WriteLine($"  call     sip:{number.Number}@{at}  -> {GoalOf(number)}");
        foreach (var problem in host.Media.PromptProblems) Console.WriteLine($"  left out {problem}");
        Console.WriteLine("ready; Ctrl-C stops");
    }

    private static string GoalOf(NumberEntry number) =>
        number.Agent is { } agent ? $"agent {agent}" : $"queue {number.Queue}";
}
