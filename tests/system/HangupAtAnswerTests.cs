using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using OrleansAcd.Softphone;
using OrleansAcd.Tests.Common;
using OrleansAcd.Tests.System.Peers;
using Xunit;

namespace OrleansAcd.Tests.System;

/// <summary>A caller who hangs up at the very moment of answer: whatever wins, nobody is stuck.</summary>
public sealed class HangupAtAnswerTests
{
    private const int Calls = 60;

    private static readonly TimeSpan RingTime = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AllAgentsAreReadyAfterwardsAndEveryCallHasOneOutcome(int seed)
    {
        await using var floor = await Floor.Open(Centres.Many(2));
        using var ports = PortBlock.Take(400);
        await using var phones = SoftphoneHost.Start(IPAddress.Loopback, ports.First, ports.Last);
        var server = IPEndPoint.Parse(floor.Acd.Sip);
        var rings = Channel.CreateUnbounded<PhoneCall>();
        var voice = new PhoneVoice(Talk.Clip(Voice.AgentHz), Voice.CallerHz);
        var behaviour = new PhoneBehaviour
        {
            Voice = voice, AnswerAfter = RingTime, OnCall = call => rings.Writer.TryWrite(call),
        };
        foreach (var agent in (string[])["a1", "a2"]) await phones.AddPhone(agent, agent + "-pw", server, behaviour).Registered;

        var (random, delay) = (new Random(seed), RingTime);
        for (var i = 0; i < Calls; i++)
        {
            var caller = phones.Call("support", server, "carl", voice);
            var agent = await rings.Reader.ReadAsync().AsTask().WaitAsync(Patience);

            // The delay is the thing tested: it goes to and fro over the moment at which the agent picks up.
            await TalkTime.Of(delay);
            caller.HangUp();
            var atAgent = (await Task.WhenAll(agent.Ended, caller.Ended).WaitAsync(Patience))[0];
            var step = TimeSpan.FromMilliseconds(10 * random.NextDouble());
            if (!atAgent.Answered) delay += step;
            else if (delay > step) delay -= step;
        }

        for (var i = 0; i < Calls; i++) await floor.Events.Next("acd.call.ended.v1");
        foreach (var agent in (string[])["a1", "a2"]) await floor.Agent(agent, "ready");
        await EveryCallHasOneOutcome(floor);
    }

    private static async Task EveryCallHasOneOutcome(Floor floor)
    {
        var queue = await floor.Queue(q => Count(q, "answered") + Count(q, "abandoned") == Calls);
        var (answered, abandoned) = (Count(queue, "answered"), Count(queue, "abandoned"));
        Assert.Equal(0, Count(queue, "waiting"));
        Assert.True(answered >= 3 && abandoned >= 3, $"{answered} answered, {abandoned} abandoned: the moment was missed");
        var outcomes = (await floor.Acd.Get($"/v1/calls?limit={Calls + 1}"))["items"]!.AsArray()
            .Select(call => call!["outcome"]!.GetValue<string>()).ToList();
        Assert.Equal((answered, abandoned), (outcomes.Count(o => o == "answered"), outcomes.Count(o => o == "short-abandoned")));
        await floor.Acd.Reaches("calls", 0);
        Assert.Equal(0, await floor.Acd.Counter("faults"));
    }

    private static int Count(JsonNode queue, string figure) => queue[figure]!.GetValue<int>();
}
