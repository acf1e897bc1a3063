using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>A voice in a listener's plan. Where the plan begins with the sum of all, the gain corrects: -1 takes the
/// voice out, 0.5 makes 1 of it into 1.5.</summary>
internal readonly record struct MixVoice(MixSource Source, float Gain);

/// <summary>A listener who is mixed for: what is added up for it, and the keys that reach it meanwhile.</summary>
/// <remarks>Its codec's encoder is the party's. Made when the matrix is compiled; a tick allocates nothing.</remarks>
internal sealed class MixEar(MediaParty listener)
{
    /// <summary>RFC 4733 section 2.5.2.2: a key whose packets stop has ended.</summary>
    private static readonly TimeSpan s_keyLostEnd = TimeSpan.FromMilliseconds(200);

    private MediaParty? _keyOf;
    private RtpTimestamp _keyBegan;
    private RtpTimestamp _keyTimestamp;
    private Instant _keyHeard;

    public MediaParty Listener { get; } = listener;

    /// <summary>The sum of all speakers comes first, and the voices correct it: cheaper where most hear all.</summary>
    public bool IsFromSum { get; private set; }

    public MixVoice[] Voices { get; private set; } = [];

    /// <summary>A speaker that was relayed until now has been heard up to what waits in the jitter buffer: silent in
    /// this ear for so many frames.</summary>
    public MediaParty? Deferred { get; set; }

    public int DeferredFrames { get; set; }

    /// <summary>The cheaper of both ways to add up what the listener hears.</summary>
    /// <param name="sources">All speakers of the room.</param>
    public void Plan(MixSource[] sources)
    {
        var heard = 0;
        foreach (var cell in Listener.Heard)
        {
            if (cell.Party.Source is not { } source || cell.Party == Deferred) continue;

            (source.PlanOf, source.PlanGain) = (this, cell.Gain);
            heard++;
        }

        var corrections = 0;
        foreach (var source in sources)
        {
            if (Correction(source) != 0) corrections++;
        }

        IsFromSum = corrections < heard;
        var voices = new MixVoice[IsFromSum ? corrections : heard];
        var count = 0;
        foreach (var source in sources)
        {
            var gain = IsFromSum ? Correction(source) : GainOf(source);
            if (gain != 0) voices[count++] = new MixVoice(source, gain);
        }

        Voices = voices;
    }

    public bool Hears(MediaParty speaker)
    {
        foreach (var cell in Listener.Heard)
        {
            if (cell.Party == speaker) return true;
        }

        return false;
    }

    /// <summary>A key that a heard speaker presses is sent on, while no other speaker's is: as an event of the
    /// listener's own stream.</summary>
    public void RelayKey(MediaParty speaker, in RtpHeader header, ReadOnlySpan<byte> payload, Span<byte> packet)
    {
        var media = Listener.Media!;
        if (media.TelephoneEventType is not { } type || !TelephoneEvent.TryParse(payload, out var key)) return;

        var now = Listener.Conversation.Now;
        var isFree = _keyOf is null || now - _keyHeard > s_keyLostEnd;
        if (!isFree && _keyOf != speaker) return;

        var isNew = isFree || header.Timestamp != _keyTimestamp;
        if (isNew) _keyBegan = Listener.Rtp.Out.TimestampAt(now);
        (_keyOf, _keyTimestamp, _keyHeard) = (speaker, header.Timestamp, now);
        key = key with { Duration = Scaled(key.Duration, speaker.Media!.ClockHz, media.ClockHz) };
        packet = packet[..(RtpHeader.FixedBytes + TelephoneEvent.PayloadBytes)];
        key.Write(packet[RtpHeader.FixedBytes..]);
        Listener.Rtp.Out.WriteEvent(packet, type, _keyBegan, isNew);
        Listener.Rtp.Send(packet);
    }

    private static ushort Scaled(ushort duration, int fromHz, int toHz) =>
        (ushort)Math.Min(ushort.MaxValue, (long)duration * toHz / fromHz);

    private float GainOf(MixSource source) => source.PlanOf == this ? source.PlanGain : 0;

    private float Correction(MixSource source) => GainOf(source) - 1;
}
