namespace OrleansAcd.Cli;

/// <summary>Something the user can put right; told in one line, without a stack trace.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The edge of the program: turns what users can put right into one line and an exit code.</summary>
internal static class Shell
{
    public const int UsageExitCode = 2;

    public static async Task<int> Run(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (UsageException problem)
        {
            await Console.Error.WriteLineAsync("acd: " + problem.Message);
            return UsageExitCode;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }
}
