using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.Softphone;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A caller and an agent who talk while something else happens to the centre, and never notice.</summary>
/// <remarks>Softphones of ours: what each of them lost and heard is measured on the wire.</remarks>
public sealed class Talk : IAsyncDisposable
{
    private readonly PortBlock _ports = PortBlock.Take(PortBlock.UnitPorts);
    private readonly SoftphoneHost _host;
    private readonly TaskCompletionSource<PhoneCall> _agentCall =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PhoneCall _caller = null!;

    private Talk() => _host = SoftphoneHost.Start(IPAddress.Loopback, _ports.First, _ports.Last);

    /// <summary>Registers the agent, calls, and waits until each hears the other.</summary>
    public static async Task<Talk> Start(AcdProcess acd, string agent = "alice", string password = "alice-pw")
    {
        var talk = new Talk();
        var server = IPEndPoint.Parse(acd.Sip);
        var phone = talk._host.AddPhone(agent, password, server, new PhoneBehaviour
        {
            Voice = new PhoneVoice(Clip(Voice.AgentHz), Voice.CallerHz),
            OnCall = call => talk._agentCall.TrySetResult(call),
        });
        await phone.Registered;
        talk._caller = talk._host.Call("support", server, "carl", new PhoneVoice(Clip(Voice.CallerHz), Voice.AgentHz));
        await talk._caller.Heard.WaitAsync(TimeSpan.FromSeconds(20));
        await (await talk._agentCall.Task).Heard.WaitAsync(TimeSpan.FromSeconds(20));
        return talk;
    }

    /// <summary>Talks on for a second, hangs up, and fails unless both heard each other all along without a lost
    /// packet.</summary>
    public async Task EndUnharmed()
    {
        await TalkTime.Of(TimeSpan.FromSeconds(1));
        var agent = await _agentCall.Task;
        Assert.False(_caller.Ended.IsCompleted, "the call had ended");
        _caller.HangUp();
        foreach (var result in (PhoneCallResult[])[await Ended(_caller), await Ended(agent)])
        {
            Assert.Equal(0, result.PacketsLost);
            Assert.True(result.Heard > TimeSpan.FromSeconds(0.8), $"heard for {result.Heard}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _ports.Dispose();
    }

    public static AudioClip Clip(double frequencyHz) => AudioClip.FromSamples($"{frequencyHz} Hz", Voice.Tone(frequencyHz, 1));

    private static Task<PhoneCallResult> Ended(PhoneCall call) => call.Ended.WaitAsync(TimeSpan.FromSeconds(10));
}
