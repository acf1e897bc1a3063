namespace OrleansAcd.Tests.System.Peers;

/// <summary>Debian baresips of a team, each with a tone of its own.</summary>
internal static class TeamPhones
{
    /// <summary>An agent's phone, registered, that answers by itself.</summary>
    public static async Task<Baresip> Registered(TestFolder folder, AcdProcess acd, string agent, double voiceHz)
    {
        var phone = Baresip.Start(folder, agent, agent + "-pw", acd.Sip, Voice.Wav(folder, voiceHz));
        await phone.Registered();
        return phone;
    }

    /// <summary>A caller who dials the support queue.</summary>
    public static async Task<Baresip> Caller(TestFolder folder, AcdProcess acd)
    {
        var caller = Baresip.Start(folder, "carl", null, acd.Sip, Voice.Wav(folder, Voice.CallerHz));
        await caller.Dial($"sip:support@{acd.Sip}");
        return caller;
    }

    /// <summary>Ends them, so that what they heard is whole.</summary>
    public static async Task Quit(params Baresip[] phones)
    {
        foreach (var phone in phones) await phone.Quit();
    }
}
