namespace OrleansAcd.Silo;

/// <summary>The silo cannot start. The message is for the person who starts it, a line for each problem.</summary>
public sealed class SiloException : Exception
{
    public SiloException()
    {
    }

    public SiloException(string message)
        : base(message)
    {
    }

    public SiloException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
