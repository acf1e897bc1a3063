using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Why a wish about a conversation cannot be had.</summary>
public enum MediaRefusal
{
    None,

    /// <summary>The parties' number has a limit.</summary>
    TooManyParties,

    /// <summary>No free pair of ports.</summary>
    NoPort,

    /// <summary>Hearing several parties at once needs a mixer, which this conversation has not.</summary>
    NeedsMixing,
}

/// <summary>The audio of one conversation: parties, and a matrix that says who hears whom (design section 5).</summary>
/// <remarks>The matrix is compiled: one heard party is relayed packet by packet at once, a clip goes out on the 20 ms
/// tick, nothing else is sent. The last wish rules: playing to a party interrupts what it hears until the clip ends; a
/// new hearing cuts the clip. Used on the worker's thread only; allocates nothing per packet.</remarks>
public sealed class AudioConversation : ITickHandler
{
    public const int PartiesMax = 16;

    private readonly MediaWorker _worker;
    private readonly List<MediaParty> _parties = [];
    private uint _usedIndexes;

    public AudioConversation(MediaWorker worker, IConversationObserver observer)
    {
        (_worker, Observer) = (worker, observer);
    }

    public IReadOnlyList<MediaParty> Parties => _parties;

    internal IConversationObserver Observer { get; }

    /// <summary>Binds ports for a new leg; it hears nothing yet.</summary>
    public MediaRefusal TryAddParty(string name, out MediaParty? party)
    {
        party = null;
        if (_parties.Count == PartiesMax) return MediaRefusal.TooManyParties;
        if (_worker.Ports.Rent(_worker.Loop.Net, _worker.LocalHost, _worker.Loop.Now) is not { } sockets)
        {
            return MediaRefusal.NoPort;
        }

        var index = int.TrailingZeroCount((int)~_usedIndexes);
        _usedIndexes |= 1u << index;
        party = new MediaParty(this, name, index, _worker, sockets);
        _parties.Add(party);
        return MediaRefusal.None;
    }

    /// <summary>What offer and answer agreed on, the first time or again (hold, another address, another
    /// codec).</summary>
    public void Configure(MediaParty party, LegMedia media)
    {
        party.Configure(media);
        Compile();
    }

    /// <summary>Whom a party hears from now on; cuts what is being played to it when that is anybody.</summary>
    public MediaRefusal SetHearing(MediaParty listener, params ReadOnlySpan<MediaParty> heard)
    {
        if (heard.Length > 1) return MediaRefusal.NeedsMixing;

        listener.Heard = heard.IsEmpty ? 0 : 1u << heard[0].Index;
        if (!heard.IsEmpty) StopPlay(listener);
        Compile();
        return MediaRefusal.None;
    }

    /// <summary>Plays to one party, in place of whatever it hears, until the clip ends or is cut.</summary>
    public void Play(MediaParty party, AudioClip clip, bool isLoop = false, TimeSpan offset = default)
    {
        StopPlay(party);
        party.Player.Start(clip, isLoop, offset);
        Compile();
    }

    /// <summary>Cuts what is being played: not another frame of it is sent.</summary>
    public void StopPlay(MediaParty party)
    {
        if (party.Player.Stop() is not { } clip) return;

        Compile();
        Observer.OnPlayEnded(party, clip, isComplete: false);
    }

    /// <summary>RTCP BYE, sockets closed, ports given back.</summary>
    public void RemoveParty(MediaParty party)
    {
        if (!_parties.Remove(party)) return;

        _usedIndexes &= ~(1u << party.Index);
        foreach (var other in _parties) other.Heard &= ~(1u << party.Index);
        party.Player.Stop();
        party.Targets.Clear();
        party.Remove(_worker.Loop.Now);
        Compile();
    }

    /// <summary>The conversation is over.</summary>
    public void End()
    {
        while (_parties.Count > 0) RemoveParty(_parties[^1]);
    }

    public void OnTick(int frames, Instant now)
    {
        for (var i = _parties.Count - 1; i >= 0; i--)
        {
            // Whoever is told of an ended clip may have removed parties.
            if (i < _parties.Count && _parties[i].Player.Clip is not null) PlayFrames(_parties[i], frames, now);
        }
    }

    public void OnFault(Exception error) => Fault(error);

    /// <summary>The path of a party's ear in words, for logs: "Rtp(Pcmu) -> transcode -> Rtp(Pcma)".</summary>
    public static string Describe(MediaParty listener) => listener.Path switch
    {
        HearingPath.Clip => $"Clip({listener.Player.Clip?.Name}) -> Rtp({listener.Media?.Codec})",
        HearingPath.Relay when listener.Speaker is { } speaker && speaker.Media!.Codec != listener.Media!.Codec =>
            $"Rtp({speaker.Media.Codec}) -> transcode -> Rtp({listener.Media.Codec})",
        HearingPath.Relay => $"Rtp({listener.Speaker?.Media?.Codec}) -> Rtp({listener.Media?.Codec})",
        _ => "silence",
    };

    internal void Fault(Exception error) => Observer.OnFault(this, error);

    internal void Latched(MediaParty party, TransportAddress peer) => Observer.OnLatched(party, peer);

    /// <summary>The packet path: a packet of a party's goes to those who hear it, now.</summary>
    internal void HandleRtp(MediaParty speaker, Span<byte> packet, in RtpHeader header, Instant now)
    {
        var media = speaker.Media;
        if (media is null || !media.MayReceive) return;

        // Telephone-events are read before they are relayed, since the rewriter works in place.
        var isKey = header.PayloadType == media.ReceivedTelephoneEventType;
        if (isKey) speaker.HandleKeys(header, packet.Slice(header.PayloadOffset, header.PayloadLength), now);
        else if (header.PayloadType != media.PayloadType && header.PayloadType != OtherLaw(media)) speaker.Unexpected++;

        var targets = speaker.Targets;
        for (var i = 0; i < targets.Count; i++)
        {
            var isLast = i == targets.Count - 1;
            Relay(targets[i], isLast ? packet : Copy(packet), header, now);
        }
    }

    private static void Relay(in RelayTarget target, Span<byte> packet, in RtpHeader header, Instant now)
    {
        var stream = target.Listener.Rtp;
        var action = target.Map.Find(header.PayloadType, out var payloadType);
        if (action == PayloadAction.Drop)
        {
            stream.Out.Skip(header);
            return;
        }

        var outgoing = stream.Out.Rewrite(packet, header, payloadType, now);
        if (outgoing.IsEmpty) return;

        if (action == PayloadAction.TranscodeAudio)
        {
            var to = target.Listener.Media!.Codec;
            var from = to == G711Codec.Pcmu ? G711Codec.Pcma : G711Codec.Pcmu;
            G711.Transcode(from, to, outgoing[RtpHeader.FixedBytes..]);
        }

        stream.Send(outgoing);
    }

    private Span<byte> Copy(ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(_worker.Outgoing);
        return _worker.Outgoing[..packet.Length];
    }

    private void PlayFrames(MediaParty party, int frames, Instant now)
    {
        var skipped = party.Player.Skip(frames);
        for (var i = skipped; i < frames; i++)
        {
            var packet = _worker.Outgoing[..(RtpHeader.FixedBytes + G711.FrameSamples)];
            var codec = party.Media?.Codec ?? G711Codec.Pcmu;
            if (!party.Player.TryNext(codec, packet[RtpHeader.FixedBytes..]))
            {
                EndPlay(party);
                return;
            }

            var ticks = i == skipped ? G711.FrameSamples * (1 + skipped) : G711.FrameSamples;
            if (party.Path == HearingPath.Clip) SendOwn(party, packet, ticks, now);
        }
    }

    private static void SendOwn(MediaParty party, Span<byte> packet, int ticks, Instant now)
    {
        party.Rtp.Out.WriteOwn(packet, party.Media!.PayloadType, ticks, now);
        party.Rtp.Send(packet);
    }

    private void EndPlay(MediaParty party)
    {
        var clip = party.Player.Stop()!;
        Compile();
        Observer.OnPlayEnded(party, clip, isComplete: true);
    }

    /// <summary>From the matrix to paths. Runs on a change, never per packet.</summary>
    private void Compile()
    {
        foreach (var party in _parties) party.Targets.Clear();

        var needsTick = false;
        foreach (var listener in _parties)
        {
            var speaker = Speaker(listener);
            listener.Path = PathOf(listener, speaker);
            if (listener.Speaker != speaker) listener.Rtp.Out.SwitchSource();
            listener.Speaker = speaker;
            if (listener.Path == HearingPath.Relay)
            {
                speaker!.Targets.Add(new RelayTarget(listener, MapOf(speaker, listener)));
            }

            needsTick |= listener.Player.Clip is not null;
        }

        if (needsTick) _worker.Loop.AddTick(this);
        else _worker.Loop.RemoveTick(this);
    }

    private static HearingPath PathOf(MediaParty listener, MediaParty? speaker)
    {
        if (!listener.CanSend) return HearingPath.Silence;
        if (listener.Player.Clip is not null) return HearingPath.Clip;

        return speaker?.Media is { MayReceive: true } ? HearingPath.Relay : HearingPath.Silence;
    }

    private MediaParty? Speaker(MediaParty listener)
    {
        foreach (var party in _parties)
        {
            if ((listener.Heard & (1u << party.Index)) != 0) return party;
        }

        return null;
    }

    private static PayloadMap MapOf(MediaParty speaker, MediaParty listener) => new(
        speaker.Media!.PayloadType,
        listener.Media!.PayloadType,
        speaker.Media.Codec != listener.Media.Codec,
        speaker.Media.ReceivedTelephoneEventType,
        listener.Media.TelephoneEventType,
        OtherLaw(speaker.Media));

    /// <summary>Phones that were offered both laws may send either (RFC 3264 §7): the static type says which.</summary>
    private static byte OtherLaw(LegMedia media) =>
        media.Codec == G711Codec.Pcmu ? PayloadType.Pcma : PayloadType.Pcmu;
}
