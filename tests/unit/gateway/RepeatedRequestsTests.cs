using Microsoft.AspNetCore.Http;
using OrleansAcd.Gateway.Rest;
using Xunit;

namespace OrleansAcd.Tests.Unit.GatewayTests;

/// <summary>Idempotency keys: how long and how many, and what becomes of what fails.</summary>
public sealed class RepeatedRequestsTests
{
    private readonly SetTime _time = new();
    private readonly RepeatedRequests _requests;
    private int _done;

    public RepeatedRequestsTests() => _requests = new RepeatedRequests(_time);

    [Fact]
    public async Task AKeyIsFreeAgainWhenItsTimeIsOver()
    {
        await Ask("k");
        await Ask("k");
        Assert.Equal(1, _done);

        _time.Now += RepeatedRequests.KeptTime;
        await Ask("k");
        Assert.Equal(2, _done);
    }

    [Fact]
    public async Task TheOldestKeyIsForgottenWhereThereAreTooMany()
    {
        for (var i = 0; i <= RepeatedRequests.KeptMax; i++) await Ask("k" + i);
        await Ask("k1");
        Assert.Equal(RepeatedRequests.KeptMax + 1, _done);

        await Ask("k0");
        Assert.Equal(RepeatedRequests.KeptMax + 2, _done);
    }

    [Fact]
    public async Task WhatFailsIsDoneAgainAndWhatHasNoKeyAlways()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Ask("k", () => throw new InvalidOperationException()));
        Assert.Equal(202, await Ask("k"));
        Assert.Equal(202, await Ask(""));
        Assert.Equal(202, await Ask(""));
        Assert.Equal(202, await Ask("get", method: "GET"));
        Assert.Equal(202, await Ask("get", method: "GET"));
        Assert.Equal(6, _done);
    }

    [Fact]
    public async Task WhoeverAsksMeanwhileWaitsForTheFirst()
    {
        var gate = new TaskCompletionSource<IResult>();
        var first = Ask("k", () => gate.Task);
        var second = Ask("k", () => gate.Task);
        Assert.Equal((1, false), (_done, second.IsCompleted));

        gate.SetResult(Results.Accepted());
        Assert.Equal((202, 202, 1), (await first, await second, _done));
    }

    private async Task<int?> Ask(string key, Func<Task<IResult>>? act = null, string method = "POST")
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Path) = (method, "/v1/calls/c/hold");
        http.Request.Headers[RepeatedRequests.Header] = key;
        var answer = await _requests.Answer(new DefaultEndpointFilterInvocationContext(http), async _ =>
        {
            _done++;
            return act is null ? Results.Accepted() : await act();
        });
        return ((IStatusCodeHttpResult)answer!).StatusCode;
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
