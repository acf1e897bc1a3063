using System.Collections.Immutable;
using System.Net;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Io.Tls;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Node;

/// <summary>How a media node is set up.</summary>
public sealed record MediaNodeOptions
{
    /// <summary>Where SIP is bound, UDP and TCP; port 0 takes any.</summary>
    public required IPEndPoint Sip { get; init; }

    /// <summary>SIP over TLS; null: none, neither in nor out.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The address that phones are told, in Via, Contact and SDP.</summary>
    public required IPAddress Advertise { get; init; }

    /// <summary>Where and how calls are recorded; null: this node records none.</summary>
    public RecorderOptions? Recorder { get; init; }

    /// <summary>A recorder elsewhere that has not answered by then gets no copy.</summary>
    public TimeSpan SipRecAnswerMax { get; init; } = TimeSpan.FromSeconds(20);

    public int RtpPortFirst { get; init; } = 20_000;

    public int RtpPortLast { get; init; } = 29_999;

    /// <summary>Conversations at once; more are answered 503 with Retry-After.</summary>
    public int CallsMax { get; init; } = 5_000;

    /// <summary>Events kept while nobody takes them; the oldest are lost beyond it, and counted.</summary>
    public int EventsKeptMax { get; init; } = 100_000;

    /// <summary>A caller whom nothing was decided about is answered 480 after this: the grains may be away for
    /// good.</summary>
    public TimeSpan DecisionMax { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A phone that rings longer is given up, RFC 3261 section 16.6 (timer C); grains cancel much
    /// earlier.</summary>
    public TimeSpan RingMax { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A trunk's server that has not responded to an INVITE by then is left for the trunk's next
    /// one.</summary>
    public TimeSpan TrunkSilenceMax { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Whom to ask for the servers of trunks (RFC 3263); empty: this machine's name servers.</summary>
    public ImmutableArray<IPEndPoint> NameServers { get; init; } = [];

    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Ports rest so long before another call gets them.</summary>
    public TimeSpan RtpPortCoolDown { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Video of one leg, each way, in bits a second; more is dropped, and counted. 0 refuses video.</summary>
    public int VideoBandwidthMax { get; init; } = 2_000_000;

    /// <summary>Text as it is typed (RFC 4103), each way, in bits a second.</summary>
    public const int TextBandwidthMax = 64_000;

    /// <summary>What legs are offered and answered with, in this order; a codec whose library is missing is left
    /// out. The laws of G.711 come first: between them packets are relayed as they are; other codecs are mixed where
    /// two legs differ.</summary>
    public ImmutableArray<AudioCodecId> Codecs { get; init; } =
        [AudioCodecId.Pcmu, AudioCodecId.Pcma, AudioCodecId.G722, AudioCodecId.Opus, AudioCodecId.L16];

    /// <summary>How often the figures of a leg that is up are told.</summary>
    public TimeSpan QualityPeriod { get; init; } = TimeSpan.FromSeconds(5);

    public MediaOptions Media { get; init; } = new(LatchPolicy.Default, TimeSpan.FromSeconds(60));
}
