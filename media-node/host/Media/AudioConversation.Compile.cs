using OrleansAcd.MediaCore;
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
        foreach (var party in _parties) party.Rtp.Disconnect();

        var needsTick = false;
        var ears = new List<MixEar>();
        foreach (var listener in _parties)
        {
            Connect(listener);
            if (listener.Ear is not null) ears.Add(listener.Ear);
            needsTick |= listener.Player.Clip is not null || listener.Path == HearingPath.Keys;
        }

        var sources = ArrangeSources(ears);
        ArrangeMixer(sources, ears);
        ListMemory(sources, ears);
        SetTicking(needsTick || _mixer is not null);
    }

    /// <summary>What packets and frames lead to, so that it can be fetched before they are handled.</summary>
    private void ListMemory(MixSource[] sources, List<MixEar> ears)
    {
        foreach (var party in _parties) party.Rtp.ListMemory();
        foreach (var party in _parties) party.Rtp.JoinLists();
        var list = new List<FetchedObject>();
        if (_mixer is not null) list.Add(new FetchedObject(_mixer, 1));
        foreach (var source in sources) source.ListMemory(list);
        foreach (var ear in ears)
        {
            list.Add(new FetchedObject(ear, 1));
            list.Add(new FetchedObject(ear.Listener, 1));
            ear.Listener.Rtp.ListOutgoing(list);
        }

        _tickMemory = [.. list.Take(TickMemoryMax)];
    }

    private void SetTicking(bool isNeeded)
    {
        if (isNeeded == _isTicking) return;

        _isTicking = isNeeded;
        if (isNeeded) _worker.Loop.AddTick(this);
        else _worker.Loop.RemoveTick(this);
    }

    /// <summary>A speaker is decoded while a mixed listener hears it or a detector listens; no longer.</summary>
    private MixSource[] ArrangeSources(List<MixEar> ears)
    {
        foreach (var party in _parties) party.IsDecoded = party is { AudioTap: not null, Media.MayReceive: true };
        foreach (var ear in ears)
        {
            foreach (var cell in ear.Listener.Heard) cell.Party.IsDecoded |= cell.Party.Media is { MayReceive: true };
        }

        var sources = new List<MixSource>();
        foreach (var party in _parties)
        {
            if (party.Source is { } old && !(party.IsDecoded && old.Codec == party.Media!.Codec))
            {
                old.Dispose();
                party.Source = null;
            }

            if (party.IsDecoded) sources.Add(party.Source ??= new MixSource(_worker, party));
        }

        return [.. sources];
    }

    private void ArrangeMixer(MixSource[] sources, List<MixEar> ears)
    {
        _ears = [.. ears];
        if (sources.Length == 0 && ears.Count == 0)
        {
            _mixer = null;
            return;
        }

        _mixer ??= new ConversationMixer(_worker);
        _mixer.Arrange(sources, ears);
    }

    private void Connect(MediaParty listener)
    {
        var (before, speakerBefore) = (listener.Path, listener.Speaker);
        listener.Path = PathOf(listener, out var speaker);
        if (listener.Path == HearingPath.Relay && before == HearingPath.Mix) CatchUp(listener, speaker!);
        if (speakerBefore != speaker) listener.Rtp.Out.SwitchSource();
        listener.Speaker = speaker;
        if (listener.Path == HearingPath.Relay)
        {
            speaker!.Rtp.Connect(new RelayTarget(listener, listener.Rtp, MapOf(speaker, listener)));
        }

        var relayed = before == HearingPath.Relay ? speakerBefore : null;
        listener.Ear = listener.Path == HearingPath.Mix ? EarOf(listener, relayed) : null;
        if (listener.Path is HearingPath.Relay or HearingPath.Silence) listener.ReleaseEncoder();
    }

    /// <summary>What a relayed speaker said last waits in its jitter buffer for other listeners; this one has heard
    /// it.</summary>
    private static MixEar EarOf(MediaParty listener, MediaParty? relayed)
    {
        var ear = listener.Ear ?? new MixEar(listener);
        if (ear.DeferredFrames <= 0) ear.Deferred = null;
        if (relayed?.Source is { WaitingFrames: > 0 and var frames })
        {
            (ear.Deferred, ear.DeferredFrames) = (relayed, frames);
        }

        return ear;
    }

    /// <summary>From a mix to a relay: what waits in the jitter buffer goes out at once, so that nothing is
    /// lost.</summary>
    private void CatchUp(MediaParty listener, MediaParty speaker)
    {
        if (speaker.Source is not { } source) return;

        var map = MapOf(speaker, listener);
        for (var place = 0; source.TryPeek(place, out var waiting); place++)
        {
            var action = map.Find(waiting.PayloadType, out var payloadType);
            if (action is PayloadAction.Drop or PayloadAction.ComfortNoise) continue;

            var packet = _worker.Outgoing[..(RtpHeader.FixedBytes + waiting.Payload.Length)];
            waiting.Payload.CopyTo(packet[RtpHeader.FixedBytes..]);
            if (action == PayloadAction.TranscodeAudio) Transcode(listener, packet[RtpHeader.FixedBytes..]);
            listener.Rtp.Out.WriteOwn(packet, payloadType, waiting.Ticks, Now);
            listener.Rtp.Send(packet);
        }
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
        speaker.Media.OtherLawType,
        speaker.Media.HasComfortNoise && listener.Media.HasComfortNoise);
}
