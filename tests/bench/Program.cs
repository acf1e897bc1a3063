using OrleansAcd.Bench;

return args is ["media", ..]
    ? MediaBench.Run(args[1..], Console.Out)
    : Usage();

static int Usage()
{
    Console.Error.WriteLine("Which bench? media [--json] [--seconds S] [--rounds N]");
    return 2;
}
