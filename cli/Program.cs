using System.CommandLine;
using OrleansAcd.Cli;

var root = new RootCommand("OrleansAcd, an open contact centre. Without options every command does something useful.")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    ApplyCommand.Create(),
    GetCommand.Create(),
};
// On SIGINT and SIGTERM a command has this long to tell its calls and to write their records.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
return await root.Parse(args).InvokeAsync(invocation);
