using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Node;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>What the recorder tells reaches a loop in order, however flooded the loop is; what does not is
/// counted.</summary>
public sealed class RecordingNewsTests : IDisposable
{
    private const int PostedMax = 4;
    private readonly EventLoop _loop = new(Network.Default, new EventLoopOptions { PostedMax = PostedMax });
    private readonly NodeCounters _counters = new();
    private readonly List<int> _told = [];

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void TheLoopIsCalledAndTakesAllInTurnsOfItsOwn()
    {
        var news = new RecordingNews(_loop, _counters);
        for (var i = 0; i < 1_000; i++) Tell(news, i);

        for (var turn = 0; turn < 50 && !news.IsEmpty; turn++) _loop.RunOnce(TimeSpan.Zero);

        Assert.Equal(Enumerable.Range(0, 1_000), _told);
        Assert.Equal((true, 0L), (news.IsEmpty, news.Lost));
    }

    [Fact]
    public void ALoopThatIsTooFloodedToBeCalledFindsTheNewsByItself()
    {
        var news = new RecordingNews(_loop, _counters);
        for (var i = 0; i < PostedMax; i++) Assert.True(_loop.Post(() => { }));
        Tell(news, 1);
        Tell(news, 2);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Empty(_told);

        news.Take();

        Assert.Equal([1, 2], _told);
        Tell(news, 3);
        _loop.RunOnce(TimeSpan.Zero);
        Assert.Equal([1, 2, 3], _told);
    }

    [Fact]
    public void WhatFindsNoRoomIsCounted()
    {
        var news = new RecordingNews(_loop, _counters, waitingMax: 8);
        for (var i = 0; i < 11; i++) Tell(news, i);

        news.TakeAll();

        Assert.Equal(Enumerable.Range(0, 8), _told);
        Assert.Equal((3L, true), (news.Lost, news.IsEmpty));
    }

    [Fact]
    public void NewsThatBreaksKeepsNoOtherBack()
    {
        var news = new RecordingNews(_loop, _counters);
        news.Tell(() => throw new InvalidOperationException("broken"));
        Tell(news, 1);

        _loop.RunOnce(TimeSpan.Zero);

        Assert.Equal([1], _told);
        Assert.Equal((1L, true), (_counters.Faults, news.IsEmpty));
    }

    private void Tell(RecordingNews news, int what) => news.Tell(() => _told.Add(what));
}
