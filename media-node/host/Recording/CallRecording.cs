using System.Collections.Immutable;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>A party that can be recorded.</summary>
internal readonly record struct RecordableParty(LegId Leg, MediaParty Party)
{
    /// <summary>Who it is as SIP names it; null: not known.</summary>
    public NameAddr? Who { get; init; }

    /// <summary>Whom it hears.</summary>
    public ImmutableArray<LegId> Hears { get; init; } = [];
}

/// <summary>A recording as its call sees it: taps on the parties, segments that follow who is there. On the media
/// loop.</summary>
/// <remarks>A segment has fixed channels. Who comes begins the next segment at once; who goes does so a moment later,
/// unless the recording is over by then.</remarks>
internal sealed class CallRecording : ITimeoutHandler
{
    private readonly Recorder _recorder;
    private readonly RecorderFeed _feed;
    private readonly EventLoop _loop;
    private readonly CallId _call;
    private readonly DateOnly _day;
    private readonly Func<ImmutableArray<RecordableParty>> _present;
    private readonly Action<Exception> _fault;
    private readonly RecordedCall _recorded;
    private readonly Dictionary<LegId, (MediaParty Party, VoiceTap Tap)> _taps = [];
    private readonly LoopTimer _timer;
    private readonly bool _wantsOpus;
    private readonly DateTimeOffset _madeAt;
    private readonly Instant _madeAtInstant;
    private IVoiceCopy? _copy;
    private int _segment;
    private int _channelsNow;
    private bool _isPaused;
    private bool _isStopped;

    /// <param name="present">Who can be recorded now, in the order of legs.</param>
    /// <param name="fault">Told what a timer of this recording threw.</param>
    public CallRecording(
        RecordingPlace place, EventLoop loop, CallId call, int number, RecordingFormat format,
        Func<ImmutableArray<RecordableParty>> present, IRecordingListener listener, Action<Exception> fault)
    {
        (_recorder, _feed) = (place.Recorder, place.Feed);
        (_loop, _call, Number, _present, _fault) = (loop, call, number, present, fault);
        _recorded = new RecordedCall(_recorder, listener);
        _wantsOpus = format == RecordingFormat.Opus;
        (_madeAt, _madeAtInstant) = (place.Time.GetUtcNow(), loop.Now);
        _day = CallDay.Of(call) ?? DateOnly.FromDateTime(_madeAt.UtcDateTime);
        _timer = new LoopTimer(this);
    }

    /// <summary>Counts the call's recordings.</summary>
    public int Number { get; }

    /// <summary>Who gets the same packets, pauses aside; null: nobody.</summary>
    public IVoiceCopy? Copy
    {
        get => _copy;
        set
        {
            _copy = value;
            foreach (var (_, tap) in _taps.Values) tap.Copy = value;
        }
    }

    /// <summary>False when the recorder has too much to do already.</summary>
    public bool TryBegin()
    {
        _recorder.Expect();
        var recorded = _recorded;
        if (!_feed.HasRoomForMore || !_feed.TryOrder(() => _recorder.Begin(recorded)))
        {
            _recorder.Forget();
            return false;
        }

        Rotate();
        return true;
    }

    /// <summary>Somebody came or went.</summary>
    public void PartiesChanged()
    {
        if (_isStopped) return;

        var present = _present();
        foreach (var gone in _taps.Keys.Where(leg => present.All(party => party.Leg != leg)).ToArray()) Untap(gone);
        if (present.Any(party => !_taps.TryGetValue(party.Leg, out var known) || known.Party != party.Party)) Rotate();
        else if (present.Length < _channelsNow)
        {
            _loop.Schedule(_timer, Instant.Min(_timer.Due, _loop.Now + _recorder.Options.LeaveLinger));
        }
    }

    public void Pause(bool isPaused)
    {
        if (_isStopped || isPaused == _isPaused) return;

        _isPaused = isPaused;
        foreach (var (_, tap) in _taps.Values) tap.IsPaused = isPaused;
        var (now, recorded) = (_loop.Now, _recorded);
        if (isPaused) _feed.TryOrder(() => recorded.Pause(now));
        else _feed.TryOrder(() => recorded.Resume(now));
    }

    /// <summary>The recording is over; what is left is told when the recorder has written it.</summary>
    public void Stop()
    {
        if (_isStopped) return;

        _isStopped = true;
        _loop.Cancel(_timer);
        foreach (var leg in _taps.Keys.ToArray()) Untap(leg);
        var (now, recorded) = (_loop.Now, _recorded);
        _feed.TryOrder(() => recorded.End(now));
    }

    /// <summary>A segment is long enough, or somebody went and the call goes on.</summary>
    public void HandleTimeout(Instant now) => Rotate();

    public void OnFault(Exception error) => _fault(error);

    /// <summary>Ends the segment and begins the next with whoever is there.</summary>
    private void Rotate()
    {
        var present = _present().Take(WavFormat.ChannelsMax).ToArray();
        var (now, recorded) = (_loop.Now, _recorded);
        _loop.Cancel(_timer);
        if (present.Length == 0 || _segment == RecordingName.SegmentMax)
        {
            if (_channelsNow > 0) _feed.TryOrder(() => recorded.EndSegments(now));
            _channelsNow = 0;
            return;
        }

        foreach (var party in present) Tap(party);
        var plan = Plan(present, now);
        _channelsNow = present.Length;
        _feed.TryOrder(() => recorded.Begin(plan));
        _loop.Schedule(_timer, now + LengthMax(plan));
    }

    private SegmentPlan Plan(RecordableParty[] present, Instant now)
    {
        var codecs = present.Select(party => party.Party.Media?.Codec ?? AudioCodecId.Pcmu);
        var rate = codecs.Max(AudioCodecs.SampleRateHz);
        var name = new RecordingName(_day, _call, Number, ++_segment, RecordingName.Wav);
        return new SegmentPlan(
            name, _madeAt + (now - _madeAtInstant), now, rate, [.. present.Select(party => party.Leg)],
            [.. present.Select(party => _taps[party.Leg].Tap.Channel)])
        {
            IsKeptAsOpus = _wantsOpus && OpusCopy.CanBeMade(present.Length),
        };
    }

    private TimeSpan LengthMax(SegmentPlan plan)
    {
        var bytesPerSecond = (double)plan.SampleRateHz * sizeof(short) * plan.Legs.Length;
        var byFile = TimeSpan.FromSeconds(WavFormat.DataBytesMax / bytesPerSecond) - TimeSpan.FromSeconds(10);
        return byFile < _recorder.Options.SegmentMax ? byFile : _recorder.Options.SegmentMax;
    }

    private void Tap(RecordableParty party)
    {
        if (_taps.TryGetValue(party.Leg, out var known) && known.Party == party.Party) return;

        if (known.Tap is not null) Untap(party.Leg);
        var channel = _feed.NextChannel();
        var (recorded, feed) = (_recorded, _feed);
        var tap = new VoiceTap(feed, channel, party.Leg) { IsPaused = _isPaused, Copy = _copy };
        feed.TryOrder(() => feed.Open(channel, new RecordedChannel(recorded, channel)));
        party.Party.PacketTap = tap;
        _taps[party.Leg] = (party.Party, tap);
    }

    private void Untap(LegId leg)
    {
        if (!_taps.Remove(leg, out var known)) return;

        if (known.Party.PacketTap == known.Tap) known.Party.PacketTap = null;
        var (now, channel, lost) = (_loop.Now, known.Tap.Channel, known.Tap.Lost);
        var (recorded, feed) = (_recorded, _feed);
        feed.TryOrder(() =>
        {
            if (lost > 0) recorded.Missed(channel, now);
            feed.Close(channel);
        });
    }
}
