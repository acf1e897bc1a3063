using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Prompts and music, a frame a tick.</summary>
public sealed partial class AudioConversation
{
    private void PlayClips(int frames, Instant now)
    {
        for (var i = _parties.Count - 1; i >= 0; i--)
        {
            // Whoever is told of an ended clip may have removed parties.
            if (i < _parties.Count && _parties[i].Player.Clip is not null) PlayFrames(_parties[i], frames, now);
        }
    }

    private void PlayFrames(MediaParty party, int frames, Instant now)
    {
        var skipped = party.Player.Skip(frames);
        for (var i = skipped; i < frames; i++)
        {
            if (!PlayFrame(party, i == skipped ? 1 + skipped : 1, now))
            {
                EndPlay(party);
                return;
            }
        }
    }

    /// <returns>False when the clip is over.</returns>
    private bool PlayFrame(MediaParty party, int periods, Instant now)
    {
        if (party.Path != HearingPath.Clip) return party.Player.TrySkip();

        var media = party.Media!;
        var packet = _worker.Outgoing;
        int length;
        if (media.Law is { } law)
        {
            length = G711.FrameSamples;
            if (!party.Player.TryNext(law, packet.Slice(RtpHeader.FixedBytes, length))) return false;
        }
        else
        {
            var rate = AudioCodecs.SampleRateHz(media.Codec);
            var frame = _worker.Samples[..(rate / MediaWorker.FramesPerSecond)];
            if (!party.Player.TryNext(rate, frame)) return false;

            length = party.EnsureEncoder().Encode(frame, packet[RtpHeader.FixedBytes..]);
        }

        if (length > 0) SendOwn(party, packet[..(RtpHeader.FixedBytes + length)], periods, now);
        return true;
    }

    internal static void SendOwn(MediaParty party, Span<byte> packet, int periods, Instant now)
    {
        var media = party.Media!;
        party.Rtp.Out.WriteOwn(packet, media.PayloadType, periods * (media.ClockHz / MediaWorker.FramesPerSecond), now);
        party.Rtp.Send(packet);
    }

    private void EndPlay(MediaParty party)
    {
        var clip = party.Player.Stop()!;
        Compile();
        Observer.OnPlayEnded(party, clip, isComplete: true);
    }
}
