using OrleansAcd.Engine.Runtime;

namespace OrleansAcd.Engine;

/// <summary>Everything that is ready to run in virtual time; the seed says what runs next.</summary>
internal sealed class VirtualTurns(Random random) : ITurns
{
    private readonly List<object> _ready = [];
    private readonly Lock _gate = new();
    private int _thread;
    private string? _stranger;

    /// <inheritdoc/>
    public TaskCreationOptions AnswerOptions => TaskCreationOptions.None;

    /// <inheritdoc/>
    public void Ready(Activation activation) => Add(activation);

    /// <inheritdoc/>
    public void Deliver(Action answer) => Add(answer);

    /// <inheritdoc/>
    public void Deliver(Request request, Task outcome)
    {
        if (!request.IsInternal) Add(() => request.Answer(outcome));
    }

    /// <summary>More is to run.</summary>
    public void Add(object turn)
    {
        lock (_gate)
        {
            var thread = Volatile.Read(ref _thread);
            if (thread != 0 && thread != Environment.CurrentManagedThreadId) _stranger ??= turn.ToString();
            _ready.Add(turn);
        }
    }

    /// <summary>Runs one turn, drawn from those that are ready.</summary>
    public bool RunOne()
    {
        object turn;
        lock (_gate)
        {
            if (_ready.Count == 0) return false;

            var chosen = _ready.Count == 1 ? 0 : random.Next(_ready.Count);
            turn = _ready[chosen];
            _ready[chosen] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }

        Run(turn);
        return true;
    }

    /// <summary>A run that another thread took part in cannot be repeated.</summary>
    public void ThrowIfEscaped()
    {
        lock (_gate)
        {
            if (_stranger is not null) throw Escaped(_stranger);
        }
    }

    /// <summary>This thread alone runs turns until <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _thread, Environment.CurrentManagedThreadId, 0) != 0)
        {
            throw new InvalidOperationException("Virtual time is being advanced already.");
        }
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    public void Leave() => Volatile.Write(ref _thread, 0);

    private static void Run(object turn)
    {
        if (turn is Activation activation) activation.RunVirtualTurn();
        else ((Action)turn)();
    }

    private static InvalidOperationException Escaped(string turn) => new(
        $"Work for {turn} came from another thread: something left virtual time (Task.Run, Task.Delay without the "
        + "TimeProvider, real input or output), so a run cannot be repeated.");
}
