using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Softphone;

/// <summary>What a phone says and what it listens for.</summary>
/// <param name="Speech">Spoken in a loop.</param>
/// <param name="ListenForHz">The tone that tells that the other party is heard.</param>
public sealed record PhoneVoice(AudioClip Speech, double ListenForHz);

/// <summary>What one call of a softphone came to, measured on the wire.</summary>
/// <param name="Setup">From our INVITE to the final 200, or from theirs to our 200.</param>
/// <param name="FirstHeard">From the answer until the other party's tone was heard; null: never.</param>
/// <param name="Heard">For how long that tone was heard in all.</param>
public sealed record PhoneCallResult(
    bool Answered, int FailureCode, TimeSpan Setup, TimeSpan? FirstHeard, TimeSpan Heard, long PacketsSent,
    long PacketsReceived, long PacketsLost, bool EndedByUs);

/// <summary>A softphone's call. Its tasks complete on the thread pool; the rest lives on the phone's loop.</summary>
public sealed class PhoneCall
{
    private readonly SoftphoneHost _host;
    private readonly OfferAnswer _exchange = new();
    private readonly TaskCompletionSource<Instant> _answered = Source<Instant>();
    private readonly TaskCompletionSource<Instant> _heard = Source<Instant>();
    private readonly TaskCompletionSource<PhoneCallResult> _ended = Source<PhoneCallResult>();
    private readonly Instant _startedAt;
    private PhoneAudio? _audio;
    private Instant? _answeredAt;
    private bool _isEndedByUs;

    internal PhoneCall(SoftphoneHost host, PhoneVoice voice, Instant now)
    {
        (_host, Voice, _startedAt) = (host, voice, now);
    }

    /// <summary>The call is up; false: it failed.</summary>
    public Task<Instant> Answered => _answered.Task;

    /// <summary>The other party's tone has been heard; cancelled when the call ends without.</summary>
    public Task<Instant> Heard => _heard.Task;

    public Task<PhoneCallResult> Ended => _ended.Task;

    /// <summary>For how long that tone has been heard so far; zero once the call has ended.</summary>
    public TimeSpan HeardFor => _audio?.Heard ?? TimeSpan.Zero;

    public PhoneVoice Voice { get; }

    internal SipCall? Sip { get; set; }

    /// <summary>Ends the call whatever its state; from any thread.</summary>
    public void HangUp() => _host.Post(() =>
    {
        if (_ended.Task.IsCompleted) return;

        _isEndedByUs = true;
        Sip?.Hangup(_host.Now);
    });

    /// <summary>Our offer for an INVITE; null without a free port.</summary>
    internal ReadOnlyMemory<byte>? Offer()
    {
        if (!OpenAudio()) return null;

        _exchange.TryOffer(_host.Describe(_audio!.Port), out var offer);
        return offer.ToBytes();
    }

    /// <summary>Our answer to their INVITE; null when we cannot.</summary>
    internal ReadOnlyMemory<byte>? Answer(ReadOnlyMemory<byte> offer)
    {
        if (!OpenAudio() || SessionDescription.TryParse(offer.Span, out var theirs) != SdpError.None) return null;
        if (_exchange.HandleOffer(theirs) != OfferAnswerError.None) return null;

        return _exchange.TryAnswer(_host.Describe(_audio!.Port), null, out var answer) == OfferAnswerError.None
            ? answer.ToBytes()
            : null;
    }

    internal void OnAnswered(SipResponse response)
    {
        if (SessionDescription.TryParse(response.Body.Span, out var answer) == SdpError.None)
        {
            _exchange.HandleAnswer(answer);
        }

        Start();
    }

    /// <summary>Speaks from now on.</summary>
    internal void Start()
    {
        if (_answeredAt is not null) return;
        if (_exchange.Negotiated() is not { RemoteRtp: { } remote } agreed)
        {
            HangUp();
            return;
        }

        _answeredAt = _host.Now;
        _audio!.OnFirstHeard = at => _heard.TrySetResult(at);
        var law = agreed.Codec == AudioCodecKind.Pcma ? G711Codec.Pcma : G711Codec.Pcmu;
        _audio.Speak(TransportAddress.From(remote), law);
        _answered.TrySetResult(_host.Now);
    }

    internal ReadOnlyMemory<byte>? Reanswer(ReadOnlyMemory<byte> offer)
    {
        if (SessionDescription.TryParse(offer.Span, out var theirs) != SdpError.None) return null;
        if (_exchange.HandleOffer(theirs) != OfferAnswerError.None) return null;

        return _exchange.TryAnswer(null, null, out var answer) == OfferAnswerError.None ? answer.ToBytes() : null;
    }

    internal void OnEnded(int failureCode)
    {
        var answeredAt = _answeredAt;
        var result = new PhoneCallResult(
            answeredAt is not null, failureCode, (answeredAt ?? _host.Now) - _startedAt,
            _audio?.FirstHeardAt is { } heard && answeredAt is { } since ? heard - since : null,
            _audio?.Heard ?? TimeSpan.Zero, _audio?.PacketsSent ?? 0, _audio?.PacketsReceived ?? 0,
            _audio?.PacketsLost ?? 0, _isEndedByUs);
        if (_audio is not null) _host.CloseAudio(_audio);
        _audio = null;
        _answered.TrySetCanceled();
        _heard.TrySetCanceled();
        _ended.TrySetResult(result);
    }

    private bool OpenAudio()
    {
        _audio ??= _host.OpenAudio(Voice);
        return _audio is not null;
    }

    private static TaskCompletionSource<T> Source<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
