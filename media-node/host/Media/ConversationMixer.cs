using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>What of a conversation cannot be relayed: speakers decoded once a tick, listeners mixed for, in two rooms
/// of 8 and 16 kHz.</summary>
/// <remarks>There are both rooms only where both narrowband and wideband listeners are; a speaker's frame is brought to
/// the other rate once. Listeners of G.711 who hear the same share one encoded frame. Silent speakers cost nothing.
/// Exists only while somebody is mixed or detected; a tick allocates nothing.</remarks>
internal sealed class ConversationMixer(MediaWorker worker)
{
    /// <summary>Frames made at once after a late tick; what is older is left out.</summary>
    public const int CatchUpMax = 4;

    private MixSource[] _sources = [];
    private MixEar[] _narrow = [];
    private MixEar[] _wide = [];

    /// <summary>Frames left out because ticks came too late.</summary>
    public long SkippedFrames { get; private set; }

    /// <summary>From now on these speak and these are mixed for. Speakers that are not needed any more have been
    /// closed.</summary>
    public void Arrange(MixSource[] sources, List<MixEar> ears)
    {
        _sources = sources;
        _narrow = [.. ears.Where(ear => !IsWide(ear))];
        _wide = [.. ears.Where(IsWide)];
        foreach (var source in sources)
        {
            source.NeedOtherRate(source.RateHz == 8_000 ? _wide.Length > 0 : _narrow.Length > 0);
        }

        foreach (var ear in ears) ear.Plan(sources);
    }

    /// <returns>Whether a listener's plan must be made anew.</returns>
    public bool Tick(int frames, Instant now)
    {
        var made = Math.Min(frames, CatchUpMax);
        SkippedFrames += frames - made;
        var isStale = false;
        for (var i = 0; i < made; i++)
        {
            var at = now - ((made - 1 - i) * JitterBufferFrame);
            isStale |= MakeFrame(at, i == 0 ? 1 + frames - made : 1, now);
        }

        return isStale;
    }

    private static TimeSpan JitterBufferFrame => TimeSpan.FromMilliseconds(JitterBuffer.FrameMs);

    private static bool IsWide(MixEar ear) => AudioCodecs.SampleRateHz(ear.Listener.Media!.Codec) == 16_000;

    private bool MakeFrame(Instant at, int periods, Instant now)
    {
        // Whoever a tap tells may change the matrix: this frame is made as it was.
        var (sources, narrow, wide) = (_sources, _narrow, _wide);
        foreach (var source in sources) source.Pull(at);
        var isStale = MixRoom.Send(worker, 8_000, sources, narrow, periods, now);
        isStale |= MixRoom.Send(worker, 16_000, sources, wide, periods, now);
        foreach (var source in sources)
        {
            source.Speaker.AudioTap?.OnAudio(source.Speaker, source.Frame(source.RateHz), source.RateHz, now);
        }

        return isStale;
    }
}
