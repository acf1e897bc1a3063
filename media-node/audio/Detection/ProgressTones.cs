using System.Diagnostics;

namespace OrleansAcd.Audio.Detection;

/// <summary>Ringback, busy, congestion and dial tone, ITU-T E.180: stretches of sound and silence, compared with
/// <see cref="ProgressPattern"/>.</summary>
internal sealed class ProgressTones
{
    /// <summary>Finished stretches that the longest cadence needs.</summary>
    private const int StretchesMax = 4;

    /// <summary>Frames in a row of neither tone nor silence that begin everything anew.</summary>
    private const int StrangeMax = 3;

    private const float BandShareMin = 0.8f;
    private const float SpreadMaxHz = 95;

    /// <summary>Sound is what reaches a quarter of the power that the tone has: edges lie in the middle of a
    /// window.</summary>
    private const float SoundShare = 0.25f;

    private readonly float _powerMin;
    private readonly BoundedRing<Signal> _heard;
    private readonly Stretch[] _done = new Stretch[StretchesMax];
    private int _doneCount;
    private Stretch _now;
    private float _tonePower;
    private int _strange;
    private SignalKind _told;

    /// <summary>A piece of sound or silence; sums are weighted by power.</summary>
    private record struct Stretch(bool IsSound, int Frames, float Power, float Centres, float Spreads)
    {
        public readonly double Seconds => Frames * SoundFrame.Duration.TotalSeconds;

        public readonly float CentreHz => Centres / Power;

        public readonly float SpreadHz => Spreads / Power;
    }

    public ProgressTones(SignalOptions options, BoundedRing<Signal> heard)
    {
        (_powerMin, _heard) = ((float)Loudness.MeanSquare(options.LevelMin), heard);
        Debug.Assert(ProgressPattern.All.Max(pattern => pattern.Cadence.Length) <= StretchesMax + 1, "too long");
    }

    public void Step(in SoundFrame frame)
    {
        var isLoud = frame.Power >= Math.Max(_powerMin, SoundShare * _tonePower);
        var isTone = isLoud && frame.BandShare >= BandShareMin && frame.BandSpreadHz <= SpreadMaxHz;
        _strange = isLoud && !isTone ? _strange + 1 : 0;
        if (_strange >= StrangeMax) Restart();
        else if (_strange == 0) Add(isTone, frame);
    }

    private void Restart() => (_doneCount, _now, _tonePower, _told) = (0, default, 0, SignalKind.None);

    private void Add(bool isSound, in SoundFrame frame)
    {
        if (isSound) _tonePower = Math.Max(0.98f * _tonePower, frame.Power);
        if (isSound != _now.IsSound) Turn(isSound);

        _now.Frames++;
        _now.Power += frame.Power;
        _now.Centres += frame.Power * frame.BandCentreHz;
        _now.Spreads += frame.Power * frame.BandSpreadHz;
        if (!isSound && _now.Seconds > 10) Restart();
        else Compare(frame.At);
    }

    private void Turn(bool isSound)
    {
        if (_doneCount == StretchesMax) Array.Copy(_done, 1, _done, 0, --_doneCount);
        if (_now.Frames > 0) _done[_doneCount++] = _now;
        _now = new Stretch(isSound, 0, 0, 0, 0);
    }

    private void Compare(TimeSpan at)
    {
        foreach (var pattern in ProgressPattern.All)
        {
            if (pattern.Kind == _told || !Matches(pattern)) continue;

            _told = pattern.Kind;
            _heard.Add(new Signal(_told, at));
        }
    }

    /// <summary>The stretch that goes on is the cadence's last, those before it are whole.</summary>
    private bool Matches(ProgressPattern pattern)
    {
        var cadence = pattern.Cadence;
        var lastIsSound = cadence.Length % 2 == 1;
        if (_now.IsSound != lastIsSound || _doneCount < cadence.Length - 1) return false;
        if (_now.Seconds < cadence[^1].Min || (_now.IsSound && !IsLike(_now, pattern))) return false;

        for (var i = 0; i < cadence.Length - 1; i++)
        {
            var done = _done[_doneCount - cadence.Length + 1 + i];
            if (done.Seconds < cadence[i].Min || done.Seconds > cadence[i].Max) return false;
            if (done.IsSound && !IsLike(done, pattern)) return false;
        }

        return true;
    }

    private static bool IsLike(in Stretch sound, ProgressPattern pattern) =>
        pattern.Matches(sound.CentreHz, sound.SpreadHz);
}
