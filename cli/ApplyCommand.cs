using System.CommandLine;

namespace OrleansAcd.Cli;

/// <summary><c>acd apply</c>: makes a running centre what a document says.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        var file = new Option<FileInfo>("--file", "-f")
            { Description = "The centre document", Required = true, HelpName = "FILE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what is wrong with it" };
        var (url, key) = (RemoteCentre.Url(), RemoteCentre.Key());
        var command = new Command("apply", "Apply a centre document to a running centre") { file, dryRun, url, key };
        command.SetAction((parsed, cancellation) => Shell.Run(async () =>
        {
            var yaml = await CentreDocuments.Read(parsed.GetValue(file)!, cancellation);
            var path = parsed.GetValue(dryRun) ? "/v1/centre?dry-run=true" : "/v1/centre";
            var answer = await RemoteCentre.Send(
                HttpMethod.Put, parsed.GetValue(url)!, path, parsed.GetValue(key), yaml, cancellation);
            Console.WriteLine(answer);
            return 0;
        }));
        return command;
    }
}
