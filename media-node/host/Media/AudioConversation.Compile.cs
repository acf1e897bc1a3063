using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>From the matrix to paths. Runs on a change, never per packet.</summary>
public sealed partial class AudioConversation
{
    /// <summary>The path of a party's ear in words, for logs: "Rtp(Pcmu) -> transcode -> Rtp(Pcma)".</summary>
    public static string Describe(MediaParty listener) => listener.Path switch
    {
        HearingPath.Clip => $"Clip({listener.Player.Clip?.Name}) -> Rtp({listener.Media?.Codec})",
        HearingPath.Keys => $"Keys -> Rtp({listener.Media?.Codec})",
        HearingPath.Relay when listener.Speaker is { } speaker && speaker.Media!.Codec != listener.Media!.Codec =>
            $"Rtp({speaker.Media.Codec}) -> transcode -> Rtp({listener.Media.Codec})",
        HearingPath.Relay => $"Rtp({listener.Speaker?.Media?.Codec}) -> Rtp({listener.Media?.Codec})",
        HearingPath.Mix => $"Mix({listener.Heard.Length}) -> Rtp({listener.Media?.Codec})",
        _ => "silence",
    };

    internal void Compile()
    {
        foreach (var party in _parties) party.Targets.Clear();

        var needsTick = false;
        foreach (var listener in _parties)
        {
            Connect(listener);
            needsTick |= listener.Player.Clip is not null || listener.Path == HearingPath.Keys;
        }

        if (needsTick) _worker.Loop.AddTick(this);
        else _worker.Loop.RemoveTick(this);
    }

    private static void Connect(MediaParty listener)
    {
        listener.Path = PathOf(listener, out var speaker);
        if (listener.Speaker != speaker) listener.Rtp.Out.SwitchSource();
        listener.Speaker = speaker;
        if (listener.Path == HearingPath.Relay)
        {
            speaker!.Targets.Add(new RelayTarget(listener, MapOf(speaker, listener)));
        }

        if (listener.Path is HearingPath.Relay or HearingPath.Silence) listener.ReleaseEncoder();
    }

    /// <param name="listener">Whose ear.</param>
    /// <param name="speaker">The only one that it hears, as it is; null in every other case.</param>
    private static HearingPath PathOf(MediaParty listener, out MediaParty? speaker)
    {
        speaker = null;
        var audible = 0;
        var isPlain = true;
        foreach (var cell in listener.Heard)
        {
            if (cell.Party.Media is not { MayReceive: true }) continue;

            audible++;
            isPlain &= audible == 1 && cell.Gain == 1;
            speaker = cell.Party;
        }

        if (!isPlain || (speaker is not null && !CanRelay(speaker, listener))) speaker = null;
        if (!listener.CanSend) return HearingPath.Silence;
        if (listener.Keys is { IsActive: true }) return HearingPath.Keys;
        if (listener.Player.Clip is not null) return HearingPath.Clip;
        if (audible == 0) return HearingPath.Silence;

        return speaker is null ? HearingPath.Mix : HearingPath.Relay;
    }

    /// <summary>The same codec, or both laws of G.711, between which a table translates.</summary>
    private static bool CanRelay(MediaParty speaker, MediaParty listener) => listener.Media is { } to
        && (speaker.Media!.Codec == to.Codec || (speaker.Media.Law is not null && to.Law is not null));

    private static PayloadMap MapOf(MediaParty speaker, MediaParty listener) => new(
        speaker.Media!.ReceivedPayloadType,
        listener.Media!.PayloadType,
        speaker.Media.Codec != listener.Media.Codec,
        speaker.Media.ReceivedTelephoneEventType,
        listener.Media.TelephoneEventType,
        speaker.Media.OtherLawType);
}
