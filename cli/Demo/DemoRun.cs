namespace OrleansAcd.Cli.Demo;
internal static class DemoRun { public static Task<DemoReport> Execute(DemoOptions options, CancellationToken c) => throw new UsageException("later"); }
internal static class DemoTable { public static void PrintSummary(DemoOptions o, DemoReport r) { _ = o; _ = r; } }
