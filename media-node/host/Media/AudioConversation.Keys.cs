using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Keys that we press, keys that are passed on, and what parties are listened to for.</summary>
/// <remarks>Keys go as telephone-events (RFC 4733) where they were agreed, else as tones, in place of what the party
/// hears meanwhile. A phone's events reach those who hear it as they come where these take events; where they do not, a
/// sole listener hears each key as a tone once it is let go, and a conference nothing. Tones inside a voice stay there:
/// they are not turned into events.</remarks>
public sealed partial class AudioConversation
{
    /// <summary>Presses keys towards a party, after those that still wait; at most <see cref="KeyQueue.KeysMax"/>
    /// wait.</summary>
    /// <returns>How many keys could not be taken: too many, none of 0-9, *, #, A-D, or nobody hears them.</returns>
    public int PressKeys(MediaParty party, ReadOnlySpan<char> keys, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(party);
        if (!party.CanSend || party.IsRemoved) return keys.Length;

        party.Keys ??= new KeySending();
        var dropped = party.Keys.Queue.Dropped;
        party.Keys.Queue.Add(keys, duration);
        Compile();
        return (int)(party.Keys.Queue.Dropped - dropped);
    }

    /// <summary>What a party's voice is listened to for from now on; told by
    /// <see cref="IConversationObserver.OnSignal"/>. Keys in the voice of a party without telephone-events are always
    /// listened to, and told by <see cref="IConversationObserver.OnDigit"/>.</summary>
    public static void Listen(MediaParty party, SignalGroups groups)
    {
        ArgumentNullException.ThrowIfNull(party);
        party.Signals = groups;
        FitListening(party);
    }

    /// <summary>A key came as an event: pressed anew for whoever hears this party alone and has not been sent
    /// it.</summary>
    internal void PassKey(MediaParty speaker, in PressedKey key)
    {
        foreach (var listener in _parties)
        {
            var isAlone = listener.Heard.Length == 1 && listener.Heard[0].Party == speaker;
            var hasEvents = listener.Media?.TelephoneEventType is not null;
            if (!isAlone || listener.Path is HearingPath.Clip or HearingPath.Silence) continue;
            if (hasEvents && listener.Path is not HearingPath.Keys) continue;

            PressKeys(listener, [key.Key], key.Duration);
        }
    }

    /// <summary>Nobody listens, and nothing is decoded for it, unless there is something to be heard.</summary>
    private static void FitListening(MediaParty party)
    {
        var hearsKeys = party.Media is { ReceivedTelephoneEventType: null };
        if (!hearsKeys && party.Signals == SignalGroups.None)
        {
            if (party.AudioTap is SignalTap) party.AudioTap = null;
            return;
        }

        var tap = party.AudioTap as SignalTap ?? new SignalTap();
        tap.Fit(hearsKeys, party.Signals);
        if (party.AudioTap != tap) party.AudioTap = tap;
    }

    private void SendKeys(int frames, Instant now)
    {
        var areOver = false;
        foreach (var party in _parties)
        {
            if (party.Keys is not { IsActive: true } keys) continue;

            if (!party.CanSend) keys.Clear();
            var due = Math.Min(frames, ClipPlayer.CatchUpMax);
            for (var i = 0; i < due && keys.IsActive; i++) SendKey(party, keys, now);
            areOver |= !keys.IsActive;
        }

        if (areOver) Compile();
    }

    private void SendKey(MediaParty party, KeySending keys, Instant now)
    {
        var media = party.Media!;
        if (media.TelephoneEventType is { } type)
        {
            var packet = _worker.Outgoing[..(RtpHeader.FixedBytes + TelephoneEvent.PayloadBytes)];
            var payload = packet[RtpHeader.FixedBytes..];
            if (!keys.TryNextEvent(party.Rtp.Out, payload, out var marker, out var timestamp, now)) return;

            party.Rtp.Out.WriteEvent(packet, type, marker, timestamp);
            party.Rtp.Send(packet);
            return;
        }

        var rate = AudioCodecs.SampleRateHz(media.Codec);
        var frame = _worker.Samples[..(rate / MediaWorker.FramesPerSecond)];
        keys.NextTone(frame, rate);
        var room = _worker.Outgoing;
        var length = party.EnsureEncoder().Encode(frame, room[RtpHeader.FixedBytes..]);
        if (length > 0) SendOwn(party, room[..(RtpHeader.FixedBytes + length)], 1, now);
    }
}
