using System.CommandLine;
using OrleansAcd.Cli.Demo;

namespace OrleansAcd.Cli;

/// <summary><c>acd demo</c>: a whole centre with softphones as agents and callers, over real SIP and RTP on
/// loopback.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var agents = Count("--agents", "How many agents", otherwise: 10, most: 1_000);
        var calls = Count("--calls", "How many calls in all", otherwise: 50, most: 100_000);
        var rate = Seconds("--rate", "Calls a second", otherwise: 5);
        var talk = Seconds("--talk", "Seconds that each call talks", otherwise: 5);
        var seed = new Option<int>("--seed")
            { Description = "Seed of what is random [1]", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print the summary as JSON and no table" };
        var command = new Command("demo", "Run a whole centre with softphones and show how it did")
        {
            agents, calls, rate, talk, seed, json,
        };
        command.SetAction((parsed, cancellation) => Shell.Run(async () =>
        {
            var options = new DemoOptions(
                parsed.GetValue(agents), parsed.GetValue(calls), parsed.GetValue(rate),
                TimeSpan.FromSeconds(parsed.GetValue(talk)), parsed.GetValue(seed), parsed.GetValue(json));
            var report = await DemoRun.Execute(options, cancellation);
            DemoTable.PrintSummary(options, report);
            return report.NothingLost ? 0 : 1;
        }));
        return command;
    }

    private static Option<int> Count(string name, string description, int otherwise, int most)
    {
        var option = new Option<int>(name)
            { Description = $"{description} [{otherwise}]", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) < 1 || result.GetValue(option) > most)
                result.AddError($"{name}: allowed is 1 to {most}");
        });
        return option;
    }

    private static Option<double> Seconds(string name, string description, double otherwise)
    {
        var option = new Option<double>(name)
            { Description = $"{description} [{otherwise}]", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is not (> 0 and <= 3_600))
                result.AddError($"{name}: allowed is more than 0, at most 3600");
        });
        return option;
    }
}
