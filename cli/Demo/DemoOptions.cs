namespace OrleansAcd.Cli.Demo;

/// <summary>What a demonstration does: how many agents and calls, how fast, how long they talk.</summary>
internal sealed record DemoOptions(int Agents, int Calls, double Rate, TimeSpan Talk, int Seed, bool Json);
