using System.CommandLine;

namespace OrleansAcd.Cli;

/// <summary><c>acd get</c>: prints a running centre's document, passwords left out.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var (url, key) = (RemoteCentre.Url(), RemoteCentre.Key());
        var command = new Command("get", "Print the document of a running centre") { url, key };
        command.SetAction((parsed, cancellation) => Shell.Run(async () =>
        {
            Console.Write(await RemoteCentre.Send(
                HttpMethod.Get, parsed.GetValue(url)!, "/v1/centre", parsed.GetValue(key), null, cancellation));
            return 0;
        }));
        return command;
    }
}
