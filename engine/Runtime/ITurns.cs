namespace OrleansAcd.Engine.Runtime;

/// <summary>Who gives activations their turns: the thread pool, or virtual time.</summary>
internal interface ITurns
{
    /// <summary>Options of the tasks that callers await.</summary>
    TaskCreationOptions AnswerOptions { get; }

    /// <summary>The activation has work; called once until its work is done.</summary>
    void Ready(Activation activation);

    /// <summary>Brings an answer to its caller.</summary>
    void Deliver(Action answer);

    /// <summary>Brings the outcome of a request to its caller.</summary>
    void Deliver(Request request, Task outcome);
}
