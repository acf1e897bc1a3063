using Orleans;
using Orleans.Runtime;
using OrleansAcd.Engine;
using Xunit;

namespace OrleansAcd.Tests.Unit.Engine;

/// <summary>What is bounded: waiting time, waiting requests, activations; and what may be sent.</summary>
public sealed class LimitTests
{
    [Fact]
    public void ACallWithoutAnAnswerEndsWithTheResponseTimeout()
    {
        var rig = new VirtualRig();
        var call = rig.Work().Wait("never");
        rig.Time.RunFor(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);

        rig.Time.RunFor(TimeSpan.FromSeconds(3));
        Assert.IsType<TimeoutException>(call.Exception!.InnerException);
        Assert.Equal(1, rig.Engine.ReadCounters().TimedOut);
    }

    [Fact]
    public void ARequestWhoseCallerGaveUpIsNotRun()
    {
        var rig = new VirtualRig();
        _ = rig.Work().Wait("1");
        var late = rig.Work().Wait("2");
        rig.Time.RunFor(TimeSpan.FromSeconds(32));
        Assert.True(late.IsFaulted);

        rig.Diary.Gate("1").SetResult();
        rig.Time.RunUntilIdle();
        Assert.Equal(["begin 1", "end 1"], rig.Deeds);
    }

    [Fact]
    public void GrainsThatWaitForEachOtherEndByTheTimeout()
    {
        var rig = new VirtualRig();
        var call = rig.Work("a").CallBack(rig.Work("b"), rig.Work("a"));
        rig.Time.RunFor(TimeSpan.FromSeconds(40));
        Assert.IsType<TimeoutException>(call.Exception!.InnerException);
        Assert.Equal("a 1", rig.Run(() => rig.Work("a").Key()));
    }

    [Fact]
    public void ARequestBeyondTheLimitIsRefusedAndCounted()
    {
        var rig = new VirtualRig(configure: options => options.WaitingRequestsMax = 3);
        var calls = Enumerable.Range(0, 5).Select(_ => rig.Work().Wait("1")).ToArray();
        rig.Time.RunUntilIdle();
        Assert.Equal(2, calls.Count(call => call.Exception?.InnerException is LimitExceededException));
        Assert.Equal(2, rig.Engine.ReadCounters().Refused);
        Assert.Equal(2, rig.Engine.ReadCounters().LongestQueue);
    }

    [Fact]
    public void AnActivationBeyondTheLimitIsRefused()
    {
        var rig = new VirtualRig(configure: options => options.ActivationsMax = 1);
        Assert.Equal("a 1", rig.Run(() => rig.Work("a").Key()));
        Assert.Throws<LimitExceededException>(() => rig.Run(() => rig.Work("b").Key()));
    }

    [Fact]
    public void MessagesThatCouldChangeAreRefusedWhenChecked()
    {
        var rig = new VirtualRig(configure: options => options.ChecksMessages = true);
        Assert.Equal(3, rig.Run(() => rig.Work().Add(1, 2)));
        var error = Assert.Throws<InvalidOperationException>(() => rig.Engine.GetGrain<IRaceGrain>("a"));
        Assert.Contains("String[]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(Note), true)]
    [InlineData(typeof(string), true)]
    [InlineData(typeof(IReadOnlyList<Note>), true)]
    [InlineData(typeof(Note[]), false)]
    [InlineData(typeof(List<int>), false)]
    [InlineData(typeof(CountState), false)]
    [InlineData(typeof(IReadOnlyList<CountState>), false)]
    [InlineData(typeof((int, Note)), true)]
    [InlineData(typeof((int, List<Note>)), false)]
    [InlineData(typeof(Outer), false)]
    [InlineData(typeof(Tree), true)]
    public void ATypeIsImmutableWhenNothingInItCanChange(Type message, bool expected)
    {
        var sender = typeof(ISend<>).MakeGenericType(message);
        var options = new EngineOptions { ChecksMessages = true, VirtualTime = new VirtualTime(1) };
        options.GrainClasses.Add(typeof(SendGrain<>).MakeGenericType(message));
        var engine = new EmbeddedEngine(options, NoServices.Instance);
        var error = Record.Exception(() => engine.GetGrain(sender, "a"));
        Assert.Equal(expected, error is null);
    }

    public interface ISend<T> : IGrainWithStringKey
    {
        Task Send(T message);
    }

    public sealed class SendGrain<T> : Grain, ISend<T>
    {
        public Task Send(T message) => Task.CompletedTask;
    }

    public sealed record Outer(Note Note, int[] Numbers);

    public abstract record Tree
    {
        public sealed record Leaf(int Value) : Tree;

        public sealed record Node(Tree Left, Tree Right) : Tree;
    }

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
