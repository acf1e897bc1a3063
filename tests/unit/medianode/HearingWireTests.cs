using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>Who hears whom is nobody's SIP (design section 5): phones are told nothing of it.</summary>
public sealed class HearingWireTests
{
    private static readonly LegId Customer = LegId.Caller;
    private static readonly LegId Agent = new(2);
    private static readonly LegId Supervisor = new(3);
    private static readonly LegId Expert = new(4);

    /// <summary>Listener and speakers of every situation, in the order of a long day.</summary>
    private static readonly (string Name, (LegId Listener, LegId[] Speakers)[] Rows)[] s_situations =
    [
        ("talking", [(Customer, [Agent]), (Agent, [Customer])]),
        ("monitoring", [(Customer, [Agent]), (Agent, [Customer]), (Supervisor, [Customer, Agent])]),
        ("whisper", [(Customer, [Agent]), (Agent, [Customer, Supervisor]), (Supervisor, [Customer, Agent])]),
        ("barge-in",
            [(Customer, [Agent, Supervisor]), (Agent, [Customer, Supervisor]), (Supervisor, [Customer, Agent])]),
        ("take-over", [(Customer, [Supervisor]), (Supervisor, [Customer])]),
        ("hold", []),
        ("consult", [(Agent, [Expert]), (Expert, [Agent])]),
        ("conference", [(Customer, [Agent, Expert]), (Agent, [Customer, Expert]), (Expert, [Customer, Agent])]),
        ("talking again", [(Customer, [Agent]), (Agent, [Customer])]),
    ];

    [Fact]
    public async Task NoChangeOfTheMatrixSendsSipToAnybody()
    {
        await using var rig = await NodeRig.Start();
        using var customer = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        using var supervisor = new WirePhone(rig.Node.Sip);
        using var expert = new WirePhone(rig.Node.Sip);
        var (call, ok) = await rig.Up(customer);
        var phones = new Dictionary<LegId, (WirePhone Phone, int Port)>
        {
            [Customer] = (customer, WirePhone.AudioPort(ok)),
            [Agent] = (agent, WirePhone.AudioPort(await rig.Join(call, Agent, agent))),
            [Supervisor] = (supervisor, WirePhone.AudioPort(await rig.Join(call, Supervisor, supervisor))),
            [Expert] = (expert, WirePhone.AudioPort(await rig.Join(call, Expert, expert))),
        };
        var before = await Sent(rig);

        foreach (var (name, rows) in s_situations)
        {
            var cells = rows.SelectMany(row => row.Speakers.Select(other => new Hearing(row.Listener, other)));
            await rig.Command(n => new Hear(call, 1, n, [.. cells]));
            if (rows.Length == 0) await rig.Command(n => Music(call, n));

            // In force when each who shall hear somebody does: music first, where it is held.
            foreach (var (listener, speakers) in rows.Length > 0 ? rows : [(Customer, [Customer])])
            {
                await Hears(phones[listener].Phone, phones[speakers[0]]);
            }

            Assert.True(before == await Sent(rig), $"{name}: SIP was sent");
            Assert.True(phones.Values.All(phone => phone.Phone.HasNoSip), $"{name}: a phone was told something");
        }
    }

    private static Play Music(CallId call, long sequence) =>
        new(call, 1, sequence, Customer, new PlayId(1), ["default"], true);

    private static async Task<(long, long)> Sent(NodeRig rig) =>
        (await rig.Figure("sipSent"), await rig.Figure("sipClientTransactions"));

    private static async Task Hears(WirePhone listener, (WirePhone Phone, int Port) speaker)
    {
        listener.ForgetAudio();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var heard = listener.Hear();
        while (!heard.IsCompleted)
        {
            speaker.Phone.Say(speaker.Port);
            await timer.WaitForNextTickAsync();
        }

        await heard;
    }
}
