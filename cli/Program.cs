using System.CommandLine;
using OrleansAcd.Cli;

var root = new RootCommand("OrleansAcd, an open contact centre. Without options every command does something useful.")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    ApplyCommand.Create(),
    GetCommand.Create(),
};

// Longer than the host's own time-out for stopping: calls are told and records written before the process ends.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(45) };
return await root.Parse(args).InvokeAsync(invocation);
