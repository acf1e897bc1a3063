using System.Net;
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
        using var folder = new TestFolder();
        await using var acd = await AcdProcess.Start(folder, Centres.Many(2));
        using var events = await acd.Events();
        using var ports = PortBlock.Take(400);
        await using var phones = SoftphoneHost.Start(IPAddress.Loopback, ports.First, ports.Last);
        var server = IPEndPoint.Parse(acd.Sip);
        var rings = Channel.CreateUnbounded<PhoneCall>();
        var voice = new PhoneVoice(Talk.Clip(Voice.AgentHz), Voice.CallerHz);
        var behaviour = new PhoneBehaviour
        {
            Voice = voice, AnswerAfter = RingTime, OnCall = call => rings.Writer.TryWrite(call),
        };
        foreach (var agent in (string[])["a1", "a2"]) await phones.AddPhone(agent, agent, server, behaviour).Registered;

        var random = new Random(seed);
        for (var i = 0; i < Calls; i++)
        {
            var caller = phones.Call("support", server, "carl", voice);
            var agent = await rings.Reader.ReadAsync().AsTask().WaitAsync(Patience);

            // The delay is the thing tested: it sweeps over the moment at which the agent picks up.
            await TalkTime.Of(RingTime + TimeSpan.FromMilliseconds(random.Next(-15, 15)));
            caller.HangUp();
            await Task.WhenAll(caller.Ended, agent.Ended).WaitAsync(Patience);
        }

        for (var i = 0; i < Calls; i++) await events.Next("acd.call.ended.v1");
        await AllReady(acd, events);
        await EveryCallHasOneOutcome(acd);
    }

    private static async Task EveryCallHasOneOutcome(AcdProcess acd)
    {
        var queue = await acd.Get("/v1/queues/support");
        var (answered, abandoned) = (queue["answered"]!.GetValue<int>(), queue["abandoned"]!.GetValue<int>());
        Assert.Equal((Calls, 0), (answered + abandoned, queue["waiting"]!.GetValue<int>()));
        Assert.True(answered >= 3 && abandoned >= 3, $"{answered} answered, {abandoned} abandoned: the moment was missed");
        var outcomes = (await acd.Get($"/v1/calls?limit={Calls + 1}"))["items"]!.AsArray()
            .Select(call => call!["outcome"]!.GetValue<string>()).ToList();
        Assert.Equal((answered, abandoned), (outcomes.Count(o => o == "answered"), outcomes.Count(o => o == "short-abandoned")));
        Assert.Equal((0, 0), (await acd.Counter("calls"), await acd.Counter("faults")));
    }

    private static async Task AllReady(AcdProcess acd, EventFeed events)
    {
        while (true)
        {
            var agents = (await acd.Get("/v1/agents"))["items"]!.AsArray();
            if (agents.All(agent => agent!["presence"]!.GetValue<string>() == "ready")) return;
            await events.Next("acd.agent.changed.v1");
        }
    }
}
