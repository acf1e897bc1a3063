using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>A speaker whom somebody mixes or a detector listens to: packets in, a frame a tick out, decoded once for
/// all.</summary>
/// <remarks>Rtp -> jitter buffer -> decoder -> frame of 20 ms -> the other rate, where somebody needs it. Exists only
/// while somebody needs it. Allocates nothing after its making.</remarks>
internal sealed class MixSource : IDisposable
{
    /// <summary>Peaks up to this, -66 dBFS, are nothing to add: A-law's and mu-law's idle codes and comfort
    /// noise.</summary>
    public const int SilencePeak = 16;

    /// <summary>Payloads looked at for one frame: Opus may send 2.5 ms each.</summary>
    private const int TakesMax = 10;

    // Of 64 bytes: as far as a packet or a frame needs them.
    private const int ObjectLines = 2;
    private const int PendingLines = 6;

    private const int NarrowHz = 8_000;
    private const int WideHz = 16_000;

    private readonly MediaWorker _worker;
    private readonly JitterBuffer _jitter;
    private readonly AudioDecoder _decoder;
    private readonly ComfortNoise _noise = new();
    private readonly short[] _pending;
    private StreamResampler? _resampler;
    private short[] _otherRate = [];
    private int _start;
    private int _count;
    private bool _wasActive;

    /// <summary>Kept here too: what is not needed is not fetched for a packet.</summary>
    private bool _isNoisy;

    public MixSource(MediaWorker worker, MediaParty speaker)
    {
        (_worker, Speaker, Codec) = (worker, speaker, speaker.Media!.Codec);
        _jitter = new JitterBuffer(AudioCodecs.ClockHz(Codec));
        _decoder = AudioCodecs.NewDecoder(Codec);
        RateHz = _decoder.SampleRateHz;
        FrameSamples = RateHz / MediaWorker.FramesPerSecond;
        _pending = new short[(AudioDecoder.PayloadSamplesMax * RateHz / WideHz) + (2 * FrameSamples)];
    }

    public MediaParty Speaker { get; }

    public AudioCodecId Codec { get; }

    /// <summary>Of the decoder.</summary>
    public int RateHz { get; }

    public int FrameSamples { get; }

    /// <summary>Whether the present frame is more than silence.</summary>
    public bool IsActive { get; private set; }

    public JitterCounters Counters => _jitter.Counters;

    /// <summary>Frames that have come and wait: what a listener who was relayed has heard already.</summary>
    public int WaitingFrames
    {
        get
        {
            var ticks = 0L;
            for (var place = 0; _jitter.TryPeek(place, out var packet); place++) ticks += packet.Ticks;
            var samples = (ticks * RateHz / AudioCodecs.ClockHz(Codec)) + Math.Max(0, _count - FrameSamples);
            return (int)((samples + FrameSamples - 1) / FrameSamples);
        }
    }

    /// <summary>Which listener's plan it has been put into, and at what level, while plans are made.</summary>
    public MixEar? PlanOf { get; set; }

    public float PlanGain { get; set; }

    /// <summary>The present frame, 20 ms, at 8 or 16 kHz; the other rate only after
    /// <see cref="NeedOtherRate"/>.</summary>
    public ReadOnlySpan<short> Frame(int rateHz) =>
        rateHz == RateHz ? _pending.AsSpan(_start, FrameSamples) : _otherRate;

    /// <summary>Frames are wanted at the rate that the decoder has not.</summary>
    public void NeedOtherRate(bool isNeeded)
    {
        if (isNeeded == _resampler is not null) return;

        var other = RateHz == NarrowHz ? WideHz : NarrowHz;
        _resampler = isNeeded ? new StreamResampler(RateHz, other) : null;
        _otherRate = isNeeded ? new short[other / MediaWorker.FramesPerSecond] : [];
    }

    /// <summary>A packet has come; whatever it is, its number is not lost.</summary>
    public void Handle(in RtpHeader header, ReadOnlySpan<byte> payload, Instant now)
    {
        var media = Speaker.Media!;
        var isAudio = media.IsAudio(header.PayloadType);
        var ticks = isAudio ? AudioCodecs.PayloadTicks(Codec, payload) : 0;
        var isPutIn = isAudio ? ticks > 0 : header.PayloadType == PayloadType.ComfortNoise;
        if (isPutIn) _jitter.Put(header.Sequence, header.Timestamp, header.PayloadType, ticks, payload, now);
        else _jitter.PutOther(header.Sequence);
    }

    /// <summary>Another source speaks (RFC 3550 section 8.2): its numbers say nothing about those before.</summary>
    public void SourceChanged()
    {
        _jitter.Reset();
        _decoder.Reset();
        EndNoise();
    }

    /// <summary>Makes the next frame the present one.</summary>
    public void Pull(Instant now)
    {
        DropFrame();
        for (var i = 0; i < TakesMax && _count < FrameSamples; i++)
        {
            if (!TakeNext(now)) break;
        }

        // Between talk-spurts: silence, or what the phone says of it.
        var missing = FrameSamples - _count;
        if (missing > 0)
        {
            if (_isNoisy) _noise.Fill(Room[..missing]);
            else Room[..missing].Clear();
            _count = FrameSamples;
        }

        _wasActive = IsActive;
        IsActive = Mixer.Peak(Frame(RateHz)) > SilencePeak;

        // One frame more than speech lasts, since the filter remembers two milliseconds.
        if (_resampler is not null && (IsActive || _wasActive)) _resampler.Process(Frame(RateHz), _otherRate);
    }

    /// <summary>What a packet or a frame of it leads to.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, ObjectLines));
        list.Add(new FetchedObject(_pending, PendingLines));
        list.Add(new FetchedObject(_decoder, 1));
        _jitter.ListMemory(list);
    }

    /// <summary>Shows the packets that wait, oldest first: what a listener who is relayed from now on has not
    /// heard.</summary>
    public bool TryPeek(int place, out JitterFrame packet) => _jitter.TryPeek(place, out packet);

    public void Dispose() => _decoder.Dispose();

    private void DropFrame()
    {
        var used = Math.Min(_count, FrameSamples);
        (_start, _count) = (_start + used, _count - used);
        if (_count > 0) _pending.AsSpan(_start, _count).CopyTo(_pending);
        _start = 0;
    }

    /// <returns>False when there is nothing at present.</returns>
    private bool TakeNext(Instant now)
    {
        var next = _jitter.Take(now, !IsActive);
        if (next.Verdict == JitterVerdict.Empty) return false;

        var samples = Math.Min((int)((long)next.Ticks * RateHz / AudioCodecs.ClockHz(Codec)), Room.Length);
        var decoded = next.Verdict == JitterVerdict.Payload ? Decode(next) : 0;
        if (decoded == 0 && samples > 0)
        {
            decoded = samples;
            _decoder.Conceal(Room[..samples]);
        }

        _count += decoded;
        return decoded > 0;
    }

    private void EndNoise()
    {
        if (_isNoisy) _noise.Reset();
        _isNoisy = false;
    }

    private Span<short> Room => _pending.AsSpan(_start + _count);

    private int Decode(in JitterFrame packet)
    {
        if (packet.Ticks == 0)
        {
            _isNoisy = _noise.Update(packet.Payload) || _isNoisy;
            return 0;
        }

        EndNoise();
        if (packet.PayloadType == Speaker.Media!.ReceivedPayloadType) return _decoder.Decode(packet.Payload, Room);

        // The other law, which phones that were offered both may send: one decoder keeps its memory of the voice.
        var law = Codec == AudioCodecId.Pcmu ? G711Codec.Pcmu : G711Codec.Pcma;
        var payload = _worker.Outgoing[..packet.Payload.Length];
        packet.Payload.CopyTo(payload);
        G711.Transcode(law == G711Codec.Pcmu ? G711Codec.Pcma : G711Codec.Pcmu, law, payload);
        return _decoder.Decode(payload, Room);
    }
}
