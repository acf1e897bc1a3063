using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansAcd.Bench;

var mode = args.SkipWhile(argument => argument != "--mode").Skip(1).FirstOrDefault();
var media = new MediaWish(mode, args.Contains("--sweep"), args.Contains("--minute"));
var benches = new (string Name, Func<TextWriter, BenchReport> Run)[]
{
    ("routing", RoutingBench.Run), ("sip", SipBench.Run), ("setup", SetupBench.Run), ("media", output => MediaBench.Run(output, media)),
    ("soak", SoakBench.Run),
};
var isJson = args.Contains("--json");
var which = args.Where(argument => argument is not ("--json" or "--mode" or "--sweep" or "--minute") && argument != mode)
    .DefaultIfEmpty("all").ToArray();
var isModeUnknown = args.Contains("--mode") && (mode is null || MediaMode.Find(mode) is null);
var chosen = benches.Where(bench => (which[0] == "all" && bench.Name != "soak") || which[0] == bench.Name).ToArray();
if (which.Length > 1 || chosen.Length == 0 || isModeUnknown)
{
    Console.Error.WriteLine("acd bench [media|setup|sip|routing|soak|all] [--json]    what it costs, on this machine, now");
    Console.Error.WriteLine("acd bench media --sweep | [--minute] --mode " + string.Join('|', MediaMode.All.Select(one => one.Name)));
    return 2;
}

var figures = new JsonObject { ["cpus"] = Environment.ProcessorCount };
var isSound = true;
foreach (var (name, run) in chosen)
{
    var before = MachineLoad.Read();
    var table = isJson ? TextWriter.Null : Console.Out;
    var report = run(table);
    var after = MachineLoad.Read();
    table.WriteLine($"  {name}: load average {before:F2} before, {after:F2} after, {Environment.ProcessorCount} CPUs\n");
    isSound &= report.IsSound;
    figures[name] = JsonSerializer.SerializeToNode(report.Figures, JsonSerializerOptions.Web);
    figures[name + "Load"] = new JsonArray(before, after);
}

if (isJson) Console.WriteLine(figures.ToJsonString());
return isSound ? 0 : 1;
