using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

[GenerateSerializer, Immutable]
public sealed record Note([property: Id(0)] string Text);

/// <summary>A diary of what a grain did, and gates that its requests wait at.</summary>
public sealed class Diary(TimeProvider time)
{
    private readonly Dictionary<string, TaskCompletionSource> _gates = [];

    public List<string> Lines { get; } = [];

    public void Write(string line)
    {
        lock (Lines) Lines.Add(line);
    }

    public TaskCompletionSource Gate(string name)
    {
        lock (_gates)
        {
            if (!_gates.TryGetValue(name, out var gate)) _gates[name] = gate = new();
            return gate;
        }
    }

    public TimeSpan Elapsed => time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
}

public interface IWorkGrain : IGrainWithStringKey
{
    Task<int> Add(int a, int b);

    Task Wait(string gate);

    [AlwaysInterleave]
    Task Peek(string line);

    [ReadOnly]
    Task Read(string gate);

    [OneWay]
    Task Tell(Note note);

    [OneWay]
    Task TellAndFail();

    Task Fail();

    ValueTask<Note> Echo(Note note);

    Task<string> Heed(string gate, CancellationToken token);

    Task CallBack(IWorkGrain other, IWorkGrain self);

    Task<string> Key();

    Task Leave();
}

public class WorkGrain(Diary diary) : Grain, IWorkGrain
{
    private int _turns;

    public Task<int> Add(int a, int b) => Task.FromResult(a + b);

    public async Task Wait(string gate)
    {
        diary.Write("begin " + gate);
        await diary.Gate(gate).Task;
        diary.Write("end " + gate);
    }

    public Task Peek(string line)
    {
        diary.Write("peek " + line);
        return Task.CompletedTask;
    }

    public Task Read(string gate) => Wait(gate);

    public Task Tell(Note note)
    {
        diary.Write("told " + note.Text);
        return Task.CompletedTask;
    }

    public Task TellAndFail() => throw new InvalidOperationException("one-way failed");

    public Task Fail() => throw new InvalidOperationException("failed as asked");

    public ValueTask<Note> Echo(Note note) => new(note);

    public async Task<string> Heed(string gate, CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        using var registration = token.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
        diary.Write($"cancelled on {(TaskScheduler.Current == TaskScheduler.Default ? "pool" : "turn")}");
        return gate;
    }

    public Task CallBack(IWorkGrain other, IWorkGrain self) => other.CallBack(self, self);

    public Task<string> Key() => Task.FromResult($"{this.GetPrimaryKeyString()} {++_turns}");

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        diary.Write("activated " + this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        diary.Write($"deactivated {this.GetPrimaryKeyString()} {reason.ReasonCode}");
        return Task.CompletedTask;
    }
}

public interface IReentrantGrain : IGrainWithStringKey
{
    Task Wait(string gate);
}

[Reentrant]
public sealed class ReentrantGrain(Diary diary) : Grain, IReentrantGrain
{
    public async Task Wait(string gate)
    {
        diary.Write("begin " + gate);
        await diary.Gate(gate).Task;
        diary.Write("end " + gate);
    }
}

public interface IBrokenGrain : IGrainWithStringKey
{
    Task Work();
}

public sealed class BrokenGrain : Grain, IBrokenGrain
{
    public Task Work() => Task.CompletedTask;

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("cannot begin");
}

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(GrainTimerCreationOptions options, TimeSpan work, bool fails);

    Task Change(TimeSpan dueTime, TimeSpan period);

    Task Stop();

    Task Wait(string gate);
}

public sealed class TimerGrain(Diary diary, TimeProvider time) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;

    public Task Start(GrainTimerCreationOptions options, TimeSpan work, bool fails)
    {
        _timer = this.RegisterGrainTimer(TickAsync, (work, fails), options);
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan dueTime, TimeSpan period)
    {
        _timer!.Change(dueTime, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task Wait(string gate) => diary.Gate(gate).Task;

    private async Task TickAsync((TimeSpan Work, bool Fails) state, CancellationToken token)
    {
        diary.Write($"tick {diary.Elapsed.TotalSeconds}");
        if (state.Work > TimeSpan.Zero) await Task.Delay(state.Work, time, token);
        if (state.Fails) throw new InvalidOperationException("tick failed");
    }
}

public sealed class CountState
{
    public int Count { get; set; }
}

public interface ICountGrain : IGrainWithStringKey
{
    Task<int> Increment();

    Task<(int Count, bool Exists, string? Etag)> Read();

    Task Clear();

    Task Leave();
}

public sealed class CountGrain([PersistentState("count", "main")] IPersistentState<CountState> state)
    : Grain, ICountGrain
{
    public async Task<int> Increment()
    {
        state.State.Count++;
        await state.WriteStateAsync();
        return state.State.Count;
    }

    public Task<(int Count, bool Exists, string? Etag)> Read() =>
        Task.FromResult((state.State.Count, state.RecordExists, state.Etag));

    public Task Clear() => state.ClearStateAsync();

    public Task Leave()
    {
        this.DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IRaceGrain : IGrainWithStringKey
{
    Task Run(string[] others, int rounds);

    Task<int> Touch(string from);
}

public sealed class RaceGrain(Diary diary) : Grain, IRaceGrain
{
    private int _inside;

    public async Task Run(string[] others, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            foreach (var other in others) await GrainFactory.GetGrain<IRaceGrain>(other).Touch(IdentityString);
        }
    }

    public async Task<int> Touch(string from)
    {
        Assert.Equal(1, Interlocked.Increment(ref _inside));
        diary.Write($"{from} touches {this.GetPrimaryKeyString()}");
        await Task.Yield();
        return Interlocked.Decrement(ref _inside);
    }
}
