using OrleansAcd.Audio;

namespace OrleansAcd.MediaNode.Media;

/// <summary>A clip on its way to one party, a frame a tick. Paced by the tick's own count, so it does not
/// drift.</summary>
internal sealed class ClipPlayer
{
    /// <summary>Frames sent at once after a late tick; what is older than that is left out, not hurried.</summary>
    public const int CatchUpMax = 4;

    private int _position;
    private bool _isLoop;

    public AudioClip? Clip { get; private set; }

    /// <summary>It plays on until it is cut.</summary>
    public bool IsLoop => _isLoop;

    /// <summary>Frames left out because ticks came too late.</summary>
    public long SkippedFrames { get; private set; }

    public void Start(AudioClip clip, bool isLoop, TimeSpan offset)
    {
        Clip = clip;
        _isLoop = isLoop && clip.LengthSamples > 0;
        var samples = (long)Math.Max(0, offset.TotalSeconds * G711.SampleRateHz);
        _position = (int)(_isLoop ? samples % clip.LengthSamples : Math.Min(samples, clip.LengthSamples));
    }

    /// <summary>Stops; returns what was playing.</summary>
    public AudioClip? Stop()
    {
        var clip = Clip;
        Clip = null;
        return clip;
    }

    /// <summary>Leaves out what is too old to be sent.</summary>
    /// <returns>How many frames.</returns>
    public int Skip(int frames)
    {
        var tooMany = Math.Max(0, frames - CatchUpMax);
        for (var i = 0; i < tooMany; i++) Advance();
        SkippedFrames += tooMany;
        return tooMany;
    }

    /// <summary>Steps over the next frame; false when the clip is over.</summary>
    public bool TrySkip()
    {
        if (Clip is null || _position >= Clip.LengthSamples) return false;

        Advance();
        return true;
    }

    /// <summary>Copies the next frame as linear samples of 8 or 16 kHz; false when the clip is over.</summary>
    public bool TryNext(int sampleRateHz, Span<short> frame)
    {
        if (Clip is null || _position >= Clip.LengthSamples) return false;

        var times = sampleRateHz / G711.SampleRateHz;
        var filled = times * Clip.CopyLinear(_position, sampleRateHz, frame);
        Advance();
        while (_isLoop && filled < frame.Length)
        {
            filled += times * Clip.CopyLinear(0, sampleRateHz, frame[filled..]);
        }

        return true;
    }

    /// <summary>Copies the next frame; false when the clip is over.</summary>
    public bool TryNext(G711Codec codec, Span<byte> frame)
    {
        if (Clip is null || _position >= Clip.LengthSamples) return false;

        var copied = Clip.CopyFrame(codec, _position, frame);
        Advance();
        if (_isLoop && copied < frame.Length) FillFromStart(codec, frame[copied..]);
        return true;
    }

    private void Advance()
    {
        _position += G711.FrameSamples;
        if (_isLoop) _position %= Clip!.LengthSamples;
    }

    /// <summary>Across the loop's seam, however short the clip.</summary>
    private void FillFromStart(G711Codec codec, Span<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            var copied = Clip!.CopyFrame(codec, 0, rest);
            rest = rest[copied..];
        }
    }
}
