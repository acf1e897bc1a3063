using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace OrleansAcd.Sip.Sdp;

/// <summary>The codecs the media node may be asked to speak.</summary>
public enum AudioCodecKind
{
    /// <summary>None of those below: kept by name, not spoken.</summary>
    Other,
    Pcmu,
    Pcma,
    G722,
    Opus,

    /// <summary>16-bit linear at 16 kHz, mono.</summary>
    L16,
}

/// <summary>One audio format with the payload number we use for it: a codec, telephone-event or comfort
/// noise.</summary>
public sealed record AudioCodec(int PayloadType, RtpFormat Format)
{
    public static readonly AudioCodec Pcmu = new(0, new RtpFormat("PCMU", 8000));
    public static readonly AudioCodec Pcma = new(8, new RtpFormat("PCMA", 8000));
    public static readonly AudioCodec G722 = new(9, new RtpFormat("G722", 8000));

    /// <summary>RFC 7587 section 4.1 and 7: always opus/48000/2; we play and record wideband.</summary>
    public static readonly AudioCodec Opus =
        new(96, new RtpFormat("opus", 48000, 2, "maxplaybackrate=16000;sprop-maxcapturerate=16000"));

    /// <summary>RFC 3551 section 4.5.11.</summary>
    public static readonly AudioCodec L16 = new(97, new RtpFormat("L16", 16000));

    public static readonly AudioCodec ComfortNoise = new(13, new RtpFormat("CN", 8000));

    /// <summary>RFC 4733: keys 0 to 9, *, #, A to D and flash.</summary>
    public static readonly AudioCodec TelephoneEvent = new(101, new RtpFormat("telephone-event", 8000, 1, "0-16"));

    /// <summary>RFC 4733 section 2.1: keys are counted with the clock of the audio beside them.</summary>
    public static readonly AudioCodec OpusTelephoneEvent =
        new(102, new RtpFormat("telephone-event", 48000, 1, "0-16"));

    public static readonly AudioCodec L16TelephoneEvent =
        new(103, new RtpFormat("telephone-event", 16000, 1, "0-16"));

    public AudioCodecKind Kind => Format switch
    {
        _ when Format.Is("PCMU") && Format is { ClockHz: 8000, Channels: 1 } => AudioCodecKind.Pcmu,
        _ when Format.Is("PCMA") && Format is { ClockHz: 8000, Channels: 1 } => AudioCodecKind.Pcma,
        _ when Format.Is("G722") && Format is { ClockHz: 8000, Channels: 1 } => AudioCodecKind.G722,
        _ when Format.Is("opus") && Format is { ClockHz: 48000, Channels: 2 } => AudioCodecKind.Opus,
        _ when Format.Is("L16") && Format is { ClockHz: 16000, Channels: 1 } => AudioCodecKind.L16,
        _ => AudioCodecKind.Other,
    };

    internal string Number => PayloadType.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What one leg of ours can do in audio, as a plain value: offers and answers are made from it.</summary>
public sealed record AudioCapability
{
    /// <summary>Both laws, keys, and comfort noise.</summary>
    public static readonly ImmutableArray<AudioCodec> Telephony =
        [AudioCodec.Pcmu, AudioCodec.Pcma, AudioCodec.TelephoneEvent, AudioCodec.ComfortNoise];

    /// <summary>In order of preference.</summary>
    public ImmutableArray<AudioCodec> Codecs { get; init; } = Telephony;

    /// <summary>The address peers reach us by.</summary>
    public required string Address { get; init; }

    public required int RtpPort { get; init; }

    /// <summary>0 means the port after <see cref="RtpPort"/>, which is then not written.</summary>
    public int RtcpPort { get; init; }

    public bool RtcpMux { get; init; }
    public MediaDirection Direction { get; init; } = MediaDirection.SendRecv;
    public TimeSpan Ptime { get; init; } = TimeSpan.FromMilliseconds(20);
}

/// <summary>What an exchange settled for the leg's audio.</summary>
public sealed record NegotiatedAudio
{
    public required AudioCodecKind Codec { get; init; }
    public required RtpFormat Format { get; init; }

    /// <summary>The number to write on packets we send, the peer's; and the one on packets it sends us, ours.</summary>
    public required int SendPayloadType { get; init; }
    public required int ReceivePayloadType { get; init; }

    /// <summary>telephone-event with the codec's clock, else with another; null when that way carries
    /// none.</summary>
    public int? SendTelephoneEvent { get; init; }
    public int? ReceiveTelephoneEvent { get; init; }

    /// <summary>What their durations are counted in.</summary>
    public int TelephoneEventClockHz { get; init; } = 8000;

    /// <summary>Silence may be said by CN packets of type 13 (RFC 3389 section 4), 8 kHz as the codec.</summary>
    public bool HasComfortNoise { get; init; }

    /// <summary>Every codec the peer may send to us under this agreement; it may change among them at any
    /// packet.</summary>
    public ImmutableArray<AudioCodec> Receivable { get; init; } = [];

    /// <summary>Where the peer says it receives; null when it names a host, or 0.0.0.0 (hold), or none.</summary>
    public IPEndPoint? RemoteRtp { get; init; }
    public IPEndPoint? RemoteRtcp { get; init; }

    /// <summary>The peer's address as written.</summary>
    public string RemoteHost { get; init; } = "";

    public bool RtcpMux { get; init; }

    /// <summary>What we do: both sides' wishes together.</summary>
    public MediaDirection Direction { get; init; }

    /// <summary>What the peer stated of itself, 0.0.0.0 counted as not receiving.</summary>
    public MediaDirection RemoteDirection { get; init; }

    /// <summary>The packet length the peer asked for, else ours.</summary>
    public TimeSpan Ptime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Which m= line this is.</summary>
    public int SectionIndex { get; init; }
}
