using OrleansAcd.Audio.Detection;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Listens to a party's voice for keys, fax machines, progress tones and answering machines.</summary>
/// <remarks>Tells the conversation's observer. Allocates when what is listened for, or the rate, changes; never per
/// frame.</remarks>
internal sealed class SignalTap : IAudioTap
{
    private bool _hearsKeys;
    private SignalGroups _groups;
    private int _rateHz;
    private DtmfDetector? _keys;
    private SignalDetector? _signals;

    /// <summary>What to listen for; what goes on being listened for keeps what it has heard.</summary>
    public void Fit(bool hearsKeys, SignalGroups groups)
    {
        if (!hearsKeys) _keys = null;
        if (groups != _groups) _signals = null;
        (_hearsKeys, _groups) = (hearsKeys, groups);
    }

    public void OnAudio(MediaParty speaker, ReadOnlySpan<short> samples, int sampleRateHz, Instant now)
    {
        if (sampleRateHz != _rateHz) (_rateHz, _keys, _signals) = (sampleRateHz, null, null);
        if (_hearsKeys) HearKeys(speaker, samples);
        if (_groups != SignalGroups.None) HearSignals(speaker, samples);
    }

    private void HearKeys(MediaParty speaker, ReadOnlySpan<short> samples)
    {
        var keys = _keys ??= new DtmfDetector(_rateHz);
        keys.Handle(samples);
        while (!speaker.IsRemoved && keys.TryPoll(out var key))
        {
            speaker.Conversation.Observer.OnDigit(speaker, new PressedKey(key.Key, key.Duration));
        }
    }

    private void HearSignals(MediaParty speaker, ReadOnlySpan<short> samples)
    {
        var signals = _signals ??= new SignalDetector(_groups, _rateHz);
        signals.Handle(samples);
        while (!speaker.IsRemoved && signals.TryPoll(out var signal))
        {
            speaker.Conversation.Observer.OnSignal(speaker, signal.Kind);
        }
    }
}
