using System.CommandLine;
using OrleansAcd.Cli;

var root = new RootCommand("OrleansAcd, an open contact centre. Without options every command does something useful.")
{
    RunCommand.Create(),
    DemoCommand.Create(),
    ApplyCommand.Create(),
    GetCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
