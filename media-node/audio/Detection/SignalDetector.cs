namespace OrleansAcd.Audio.Detection;

/// <summary>Listens to a party's audio for fax machines, progress tones and answering machines.</summary>
/// <remarks>One spectrum every 20 ms serves all that is asked for. 16-bit linear PCM, mono, 8 or 16 kHz, any length at
/// a time. Allocates nothing after its making; one thread at a time. Keys: <see cref="DtmfDetector"/>.</remarks>
public sealed class SignalDetector
{
    /// <summary>Signals that wait to be polled at most.</summary>
    public const int QueueMax = 32;

    private readonly HopBuffer _audio;
    private readonly Spectrum _spectrum = new();
    private readonly BoundedRing<Signal> _heard = new(QueueMax);
    private readonly FaxTones? _fax;
    private readonly ProgressTones? _progress;
    private readonly SpecialTones? _special;
    private readonly AnsweringMachine? _answer;

    /// <param name="groups">At least one.</param>
    /// <param name="sampleRateHz">8,000 or 16,000.</param>
    public SignalDetector(
        SignalGroups groups, int sampleRateHz = G711.SampleRateHz, SignalOptions? options = null)
    {
        options ??= SignalOptions.Default;
        Groups = groups;
        _audio = new HopBuffer(sampleRateHz, Spectrum.WindowSamples, SoundFrame.Samples);
        if ((groups & SignalGroups.Fax) != 0) _fax = new FaxTones(options, _heard);
        if ((groups & SignalGroups.Progress) != 0) _progress = new ProgressTones(options, _heard);
        if ((groups & SignalGroups.Progress) != 0) _special = new SpecialTones(options, _heard);
        if ((groups & SignalGroups.Answer) != 0) _answer = new AnsweringMachine(options.Greeting, _heard);
    }

    public SignalGroups Groups { get; }

    /// <summary>Signals lost because nobody polled.</summary>
    public long Dropped => _heard.Dropped;

    public void Handle(ReadOnlySpan<short> pcm)
    {
        while (_audio.TryFill(ref pcm)) Step();
    }

    /// <summary>What was heard, in order; the same kind again when it is heard again.</summary>
    public bool TryPoll(out Signal signal) => _heard.TryTake(out signal);

    private void Step()
    {
        var newest = _audio.Window[^SoundFrame.Samples..];
        _spectrum.Measure(_audio.Window);
        var at = TimeSpan.FromTicks(_audio.Position * TimeSpan.TicksPerSecond / G711.SampleRateHz);
        var frame = SoundFrame.From(at, _spectrum.Power, newest);
        _fax?.Step(frame, newest);
        _progress?.Step(frame);
        _special?.Step(frame);
        _answer?.Step(frame);
    }
}
