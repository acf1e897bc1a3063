using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Softphone;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Commands in, events out, real SIP and RTP in between (design sections 4 and 9).</summary>
public sealed class MediaNodeTests
{
    private static readonly LegId Agent = new(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task AnInviteIsOfferedWithWhatItDialled()
    {
        await using var rig = await NodeRig.Start();

        rig.Phones.Call("+15550100", rig.Node.Sip, "carl", NodeRig.CallerVoice);

        var offered = await rig.Next<LegOffered>();
        Assert.Equal("+15550100", offered.Dialled);
        Assert.Equal(LegId.Caller, offered.Leg);
        Assert.Equal((1, 1L), (offered.Epoch, offered.Sequence));
        Assert.StartsWith("sip:carl@", offered.From.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARejectedCallerGetsTheCode()
    {
        await using var rig = await NodeRig.Start();
        var call = rig.Phones.Call("nobody", rig.Node.Sip, "carl", NodeRig.CallerVoice);
        var offered = await rig.Next<LegOffered>();

        await rig.Command(n => new Reject(offered.Call, 1, n, offered.Leg, 404, null));

        Assert.Equal(404, (await call.Ended.WaitAsync(Patience)).FailureCode);
    }

    [Fact]
    public async Task AnAnsweredCallerHearsMusicAndThenTheAgentAndTheAgentHearsTheCaller()
    {
        await using var rig = await NodeRig.Start(agents: "alice");
        PhoneCall? agentCall = null;
        var contacts = await rig.Register(
            "alice", new PhoneBehaviour { Voice = NodeRig.AgentVoice, OnCall = call => agentCall = call });
        var caller = rig.Phones.Call("support", rig.Node.Sip, "carl", NodeRig.CallerVoice);
        var offered = await rig.Next<LegOffered>();
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        await rig.Command(n => new Play(offered.Call, 1, n, LegId.Caller, new PlayId(1), ["welcome", "default"], true));
        await caller.Answered.WaitAsync(Patience);

        await rig.Dial(offered.Call, Agent, contacts);
        var answered = await rig.Next<LegAnswered>();
        while (answered.Leg != Agent) answered = await rig.Next<LegAnswered>();
        await rig.Command(n => new StopPlay(offered.Call, 1, n, LegId.Caller));
        await rig.Bridge(offered.Call, LegId.Caller, Agent);
        var cut = await rig.Next<PlayEnded>();
        await caller.Heard.WaitAsync(Patience);
        await agentCall!.Heard.WaitAsync(Patience);
        caller.HangUp();
        var ended = await rig.Next<LegEnded>();
        await rig.Command(n => new Hangup(offered.Call, 1, n, Agent, 200));
        var atAgent = await agentCall.Ended.WaitAsync(Patience);
        var atCaller = await caller.Ended.WaitAsync(Patience);

        Assert.False(cut.Completed);
        Assert.Equal((LegId.Caller, LegEndReason.RemoteHangup), (ended.Leg, ended.Reason));
        Assert.Equal("PCMU", ended.Quality.Codec);
        Assert.True(ended.Quality.PacketsReceived > 0);
        Assert.Equal((0L, 0L), (atAgent.PacketsLost, atCaller.PacketsLost));
        Assert.False(atAgent.EndedByUs);
    }

    [Theory]
    [InlineData(486)]
    [InlineData(603)]
    public async Task APhoneThatRefusesFailsTheLegWithItsCode(int code)
    {
        await using var rig = await NodeRig.Start(agents: "alice");
        var contacts = await rig.Register(
            "alice", new PhoneBehaviour { Voice = NodeRig.AgentVoice, RejectWith = code });
        rig.Phones.Call("support", rig.Node.Sip, "carl", NodeRig.CallerVoice);
        var offered = await rig.Next<LegOffered>();

        await rig.Dial(offered.Call, Agent, contacts);

        var failed = await rig.Next<LegFailed>();
        Assert.Equal((Agent, code), (failed.Leg, failed.SipCode));
    }

    [Fact]
    public async Task CancelDialEndsTheRinging()
    {
        await using var rig = await NodeRig.Start(agents: "alice");
        PhoneCall? agentCall = null;
        var contacts = await rig.Register("alice", new PhoneBehaviour
        {
            Voice = NodeRig.AgentVoice, AnswerAfter = TimeSpan.FromMinutes(5), OnCall = call => agentCall = call,
        });
        rig.Phones.Call("support", rig.Node.Sip, "carl", NodeRig.CallerVoice);
        var offered = await rig.Next<LegOffered>();
        await rig.Dial(offered.Call, Agent, contacts);
        await rig.Next<LegProgress>();

        await rig.Command(n => new CancelDial(offered.Call, 1, n, Agent));

        Assert.Equal(487, (await rig.Next<LegFailed>()).SipCode);
        Assert.False((await agentCall!.Ended.WaitAsync(Patience)).Answered);
    }

    [Fact]
    public async Task TheFirstOfAnAgentsPhonesToAnswerHasTheCallAndTheOthersStopRinging()
    {
        await using var rig = await NodeRig.Start(agents: ["desk", "mobile"]);
        var slow = new TaskCompletionSource<PhoneCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        var desk = await rig.Register("desk", new PhoneBehaviour { Voice = NodeRig.AgentVoice });
        var mobile = await rig.Register("mobile", new PhoneBehaviour
        {
            Voice = NodeRig.AgentVoice, AnswerAfter = TimeSpan.FromMinutes(5), OnCall = slow.SetResult,
        });
        rig.Phones.Call("support", rig.Node.Sip, "carl", NodeRig.CallerVoice);
        var offered = await rig.Next<LegOffered>();

        await rig.Dial(offered.Call, Agent, [.. mobile, .. desk]);

        Assert.Equal(Agent, (await rig.Next<LegAnswered>()).Leg);
        var ringing = await slow.Task.WaitAsync(Patience);
        Assert.False((await ringing.Ended.WaitAsync(Patience)).Answered);
    }

    [Fact]
    public async Task ACommandOfAnotherEpochOrSeenBeforeIsIgnored()
    {
        await using var rig = await NodeRig.Start();
        var call = rig.Phones.Call("support", rig.Node.Sip, "carl", NodeRig.CallerVoice);
        var offered = await rig.Next<LegOffered>();

        await rig.Command(n => new Hangup(offered.Call, 0, n, LegId.Caller, 200));
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        await rig.Command(_ => new Hangup(offered.Call, 1, 1, LegId.Caller, 200));
        await call.Answered.WaitAsync(Patience);
        await rig.Next<LegAnswered>();

        await rig.Reaches("commandsIgnored", ignored => ignored == 2);
        Assert.Equal(1, await rig.Calls());
    }

    [Fact]
    public async Task WithoutAFreePortACallerIsTurnedAwayFor503()
    {
        await using var rig = await NodeRig.Start(rtpPorts: 2);
        // Takes the one pair there is, unless another program holds it: then there is none either.
        rig.Phones.Call("support", rig.Node.Sip, "carl", NodeRig.CallerVoice);

        var second = rig.Phones.Call("support", rig.Node.Sip, "carla", NodeRig.CallerVoice);

        Assert.Equal(503, (await second.Ended.WaitAsync(Patience)).FailureCode);
    }

    [Fact]
    public async Task AWrongPasswordDoesNotRegister()
    {
        await using var rig = await NodeRig.Start(agents: "alice");

        var behaviour = new PhoneBehaviour { Voice = NodeRig.AgentVoice };
        var phone = rig.Phones.AddPhone("alice", "wrong", rig.Node.Sip, behaviour);

        await Assert.ThrowsAsync<InvalidOperationException>(() => phone.Registered.WaitAsync(Patience));
    }

    [Fact]
    public async Task StoppingTellsPhonesAndGrains()
    {
        await using var rig = await NodeRig.Start();
        var call = rig.Phones.Call("support", rig.Node.Sip, "carl", NodeRig.CallerVoice);
        var offered = await rig.Next<LegOffered>();
        await rig.Command(n => new Answer(offered.Call, 1, n, LegId.Caller));
        await call.Answered.WaitAsync(Patience);

        await rig.Node.Stop(TimeSpan.FromSeconds(10));

        Assert.Equal(LegEndReason.NodeStopped, (await rig.Next<LegEnded>()).Reason);
        Assert.True((await call.Ended.WaitAsync(Patience)).Answered);
    }
}
