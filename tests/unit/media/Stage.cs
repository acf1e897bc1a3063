using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>A phone whose mouth is a tone of its own, and whose ear remembers all that it heard.</summary>
internal sealed class Voice : IDisposable
{
    private readonly AudioEncoder _encoder;
    private readonly AudioDecoder _decoder;
    private readonly List<short> _heard = [];
    private readonly List<RtpHeader> _headers = [];
    private long _position;

    public Voice(Phone phone, double frequencyHz)
    {
        (Phone, FrequencyHz) = (phone, frequencyHz);
        _encoder = AudioCodecs.NewEncoder(phone.Codec);
        _decoder = AudioCodecs.NewDecoder(phone.Codec);
    }

    public Phone Phone { get; }

    public MediaParty Party => Phone.Party;

    public double FrequencyHz { get; }

    public int RateHz => _encoder.SampleRateHz;

    public bool IsTalking { get; set; } = true;

    /// <summary>Of each packet that it sends.</summary>
    public int PacketMs { get; init; } = 20;

    public IReadOnlyList<RtpHeader> Headers => _headers;

    public int HeardSamples => _heard.Count;

    /// <summary>A part of what was heard.</summary>
    public short[] Part(int first, int count) => _heard.GetRange(first, count).ToArray();

    public void Speak()
    {
        var frame = new short[RateHz * PacketMs / 1_000];
        for (var i = 0; IsTalking && i < frame.Length; i++)
        {
            frame[i] = (short)(2_500 * Math.Sin(2 * Math.PI * FrequencyHz * (_position + i) / RateHz));
        }

        _position += frame.Length;
        var payload = new byte[AudioEncoder.PayloadBytesMax];
        var length = _encoder.Encode(frame, payload);
        Phone.SayEncoded(payload.AsSpan(0, length), AudioCodecs.ClockHz(Phone.Codec) * PacketMs / 1_000);
    }

    public void Listen()
    {
        var samples = new short[AudioDecoder.PayloadSamplesMax];
        foreach (var (header, payload) in Phone.Hear())
        {
            _headers.Add(header);
            if (header.PayloadType != Phone.PayloadType) continue;

            _heard.AddRange(samples.AsSpan(0, _decoder.Decode(payload, samples)));
        }
    }

    /// <summary>How loud another's tone was in the last part of what was heard, 0 being as it was spoken.</summary>
    public double LevelOf(Voice other, double lastSeconds)
    {
        var count = Math.Min(_heard.Count, (int)(lastSeconds * RateHz));
        var last = _heard.GetRange(_heard.Count - count, count).ToArray();
        var spoken = AudioLevel.FromSinePeak(2_500 / 32_768.0);
        return ToneMeter.LevelAt(last, other.FrequencyHz, RateHz).Dbfs - spoken.Dbfs;
    }

    /// <summary>One stream: one source, no gap in its numbers, timestamps that only go forward.</summary>
    public void AssertOneStream()
    {
        for (var i = 1; i < _headers.Count; i++)
        {
            Assert.Equal(_headers[0].Ssrc, _headers[i].Ssrc);
            Assert.Equal(_headers[i - 1].Sequence.Next, _headers[i].Sequence);
            Assert.True(_headers[i].Timestamp.DistanceFrom(_headers[i - 1].Timestamp) > 0, "timestamps go on");
        }
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }
}

/// <summary>A conversation in which everybody hums a tone, on sockets, in time that the test makes.</summary>
internal sealed class Stage(int ports = PortBlock.UnitPorts) : IDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);
    private readonly List<Voice> _voices = [];
    private readonly HashSet<Voice> _mute = [];
    private readonly HashSet<Voice> _hung = [];
    private int _elapsedMs;

    public Rig Rig { get; } = new(ports: ports);

    public IReadOnlyList<Voice> Voices => _voices;

    public Voice Add(string name, double frequencyHz, AudioCodecId codec = AudioCodecId.Pcmu, int packetMs = 20)
    {
        var voice = new Voice(Rig.AddPhone(name, codec), frequencyHz) { PacketMs = packetMs };
        _voices.Add(voice);
        return voice;
    }

    public void Leave(Voice voice)
    {
        Rig.Conversation.RemoveParty(voice.Party);
        _voices.Remove(voice);
    }

    /// <summary>Who hears whom from now on, everybody else nobody.</summary>
    public void Hear(params ReadOnlySpan<(Voice Listener, Voice Speaker, float Gain)> cells)
    {
        var matrix = new MatrixCell[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            matrix[i] = new MatrixCell(cells[i].Listener.Party, cells[i].Speaker.Party, cells[i].Gain);
        }

        Rig.Conversation.SetMatrix(matrix);
    }

    public void Play(double seconds)
    {
        for (var left = (int)(seconds * 1_000); left > 0; left -= 10)
        {
            foreach (var voice in _voices)
            {
                if (!_mute.Contains(voice) && _elapsedMs % voice.PacketMs == 0) voice.Speak();
            }

            _elapsedMs += 10;
            Rig.Settle();
            Rig.Advance(s_step);
            foreach (var voice in _voices.Except(_hung)) voice.Listen();
        }
    }

    /// <summary>It sends no packets any more.</summary>
    public void Mute(Voice voice) => _mute.Add(voice);

    public void Unmute(Voice voice) => _mute.Remove(voice);

    /// <summary>Its sockets are closed, without a word.</summary>
    public void Hang(Voice voice)
    {
        _mute.Add(voice);
        _hung.Add(voice);
        voice.Phone.Close();
    }

    /// <summary>Exactly these were heard by the listener in the last half second, each as loud as it was
    /// spoken.</summary>
    public void AssertHears(Voice listener, params ReadOnlySpan<Voice> speakers)
    {
        foreach (var voice in _voices)
        {
            var level = listener.LevelOf(voice, 0.5);
            if (speakers.Contains(voice)) Assert.InRange(level, -1.5, 1.5);
            else Assert.InRange(level, -200, -30);
        }
    }

    public void Dispose()
    {
        _voices.ForEach(voice => voice.Dispose());
        Rig.Dispose();
    }
}
