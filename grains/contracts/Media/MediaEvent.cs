using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace OrleansAcd.Contracts.Media;

/// <summary>What a media node tells the Call grain (design section 4).</summary>
/// <param name="Call">The call.</param>
/// <param name="Epoch">The epoch in which the node serves the call.</param>
/// <param name="Sequence">Counts this call's events within the epoch, from 1: the grain ignores what it has
/// seen.</param>
[GenerateSerializer, Immutable, Alias("acd.MediaEvent")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(LegOffered), "leg-offered")]
[JsonDerivedType(typeof(LegProgress), "leg-progress")]
[JsonDerivedType(typeof(LegAnswered), "leg-answered")]
[JsonDerivedType(typeof(LegFailed), "leg-failed")]
[JsonDerivedType(typeof(LegEnded), "leg-ended")]
[JsonDerivedType(typeof(LegHeld), "leg-held")]
[JsonDerivedType(typeof(PlayEnded), "play-ended")]
[JsonDerivedType(typeof(DigitReceived), "digit-received")]
[JsonDerivedType(typeof(LegReferred), "leg-referred")]
[JsonDerivedType(typeof(LegReplacing), "leg-replacing")]
[JsonDerivedType(typeof(ToneDetected), "tone-detected")]
[JsonDerivedType(typeof(LegQualityReported), "leg-quality")]
[JsonDerivedType(typeof(RecordingSegment), "recording-segment")]
[JsonDerivedType(typeof(RecordingFailed), "recording-failed")]
public abstract record MediaEvent(CallId Call, int Epoch, long Sequence);

/// <summary>Somebody calls: an INVITE that nobody has answered yet (the node has sent 100).</summary>
/// <param name="Node">The node that owns the call; its commands go there.</param>
/// <param name="Dialled">The user part of the Request-URI.</param>
/// <param name="From">Who calls, as the From header says; never logged.</param>
/// <param name="Headers">Headers that are context for the centre: User-to-User (RFC 7433) and X-*; at most 32.</param>
/// <param name="Account">The agent whose phone this is, when the INVITE came from a registered phone; else
/// null.</param>
/// <param name="Codecs">What the offer could be, e.g. "PCMU,PCMA".</param>
[GenerateSerializer, Immutable, Alias("acd.LegOffered")]
public sealed record LegOffered(
    CallId Call, int Epoch, long Sequence, LegId Leg, NodeId Node, string Dialled, PartyIdentity From,
    ImmutableArray<SipHeader> Headers, AgentId? Account, string Codecs) : MediaEvent(Call, Epoch, Sequence)
{
    /// <summary>The trunk that it came through, by its id; null: none that is known.</summary>
    [Id(0)]
    public string? Trunk { get; init; }
}

/// <summary>A dialled phone rings (180..199).</summary>
[GenerateSerializer, Immutable, Alias("acd.LegProgress")]
public sealed record LegProgress(CallId Call, int Epoch, long Sequence, LegId Leg, int SipCode)
    : MediaEvent(Call, Epoch, Sequence);

/// <summary>A leg is up, both ways: a dialled phone answered, or an offered leg that we answered has
/// acknowledged.</summary>
[GenerateSerializer, Immutable, Alias("acd.LegAnswered")]
public sealed record LegAnswered(CallId Call, int Epoch, long Sequence, LegId Leg) : MediaEvent(Call, Epoch, Sequence);

/// <summary>A dialled leg never came up. 408: no answer; 486/600: busy; 480/603: rejected; 503: unreachable.</summary>
[GenerateSerializer, Immutable, Alias("acd.LegFailed")]
public sealed record LegFailed(CallId Call, int Epoch, long Sequence, LegId Leg, int SipCode, string Reason)
    : MediaEvent(Call, Epoch, Sequence);

/// <summary>A leg that was offered or up has ended, with how its media was.</summary>
[GenerateSerializer, Immutable, Alias("acd.LegEnded")]
public sealed record LegEnded(
    CallId Call, int Epoch, long Sequence, LegId Leg, LegEndReason Reason, LegQuality Quality)
    : MediaEvent(Call, Epoch, Sequence);

/// <summary>The phone itself put the call on hold (re-INVITE sendonly or inactive, RFC 3264 section 8.4), or resumed
/// it.</summary>
[GenerateSerializer, Immutable, Alias("acd.LegHeld")]
public sealed record LegHeld(CallId Call, int Epoch, long Sequence, LegId Leg, bool Held)
    : MediaEvent(Call, Epoch, Sequence);

/// <summary>A playing ended: by itself, or because it was stopped or replaced.</summary>
[GenerateSerializer, Immutable, Alias("acd.PlayEnded")]
public sealed record PlayEnded(CallId Call, int Epoch, long Sequence, LegId Leg, PlayId PlayId, bool Completed)
    : MediaEvent(Call, Epoch, Sequence);

/// <summary>A key was pressed, RFC 4733. The digit is never logged nor stored with the call.</summary>
[GenerateSerializer, Immutable, Alias("acd.DigitReceived")]
public sealed record DigitReceived(CallId Call, int Epoch, long Sequence, LegId Leg, char Digit, TimeSpan Duration)
    : MediaEvent(Call, Epoch, Sequence)
{
    public override string ToString() => $"DigitReceived({Call}, {Leg})";
}

/// <summary>Why a leg ended.</summary>
public enum LegEndReason
{
    Unknown,

    /// <summary>The party hung up (BYE, or CANCEL before the answer).</summary>
    RemoteHangup,

    /// <summary>We ended it by command.</summary>
    LocalHangup,

    /// <summary>The peer's signalling went silent: no ACK, session timer expired (RFC 4028), transport
    /// broken.</summary>
    SignallingLost,

    /// <summary>No RTP for the time-out while it should have come.</summary>
    MediaLost,

    /// <summary>The node is shutting down.</summary>
    NodeStopped,

    /// <summary>It goes on as a leg of another call.</summary>
    Moved,
}

/// <summary>How a leg's media was, counted by the node: RFC 3550 section 6.4.1 and appendix A.</summary>
[GenerateSerializer, Immutable, Alias("acd.LegQuality")]
public sealed record LegQuality(string Codec, long PacketsReceived, long PacketsLost, long PacketsSent, double JitterMs)
{
    public static readonly LegQuality None = new("", 0, 0, 0, 0);

    /// <summary>What we heard of the party, 1 to 4.5 by the E-model (G.107); null before there is enough.</summary>
    [Id(0)]
    public double? MosReceived { get; init; }

    /// <summary>What the party heard of us, by its reports; null without them.</summary>
    [Id(1)]
    public double? MosSent { get; init; }

    [Id(2)]
    public double? RoundTripMs { get; init; }

    /// <summary>The share of our packets that the party missed, 0 to 1, by its last report.</summary>
    [Id(3)]
    public double? RemoteLoss { get; init; }

    /// <summary>SRTP both ways.</summary>
    [Id(4)]
    public bool Encrypted { get; init; }

    /// <summary>Lines beside audio, video or text, that are not encrypted.</summary>
    [Id(5)]
    public int PlainLines { get; init; }
}

/// <summary>A phone asks to be replaced by somebody else: REFER (RFC 3515), accepted with 202 already.</summary>
/// <param name="Leg">The leg whose phone asks.</param>
/// <param name="Target">The user part of Refer-To: a number, an agent, a queue.</param>
/// <param name="ReplacesCall">With Replaces (RFC 3891) in Refer-To, the call of that dialog here; else null.</param>
/// <param name="ReferredBy">RFC 3892; empty without.</param>
/// <param name="WantsProgress">False with Refer-Sub: false (RFC 4488): nobody waits for ReferProgress.</param>
[GenerateSerializer, Immutable, Alias("acd.LegReferred")]
public sealed record LegReferred(
    CallId Call, int Epoch, long Sequence, LegId Leg, string Target, CallId? ReplacesCall, LegId? ReplacesLeg,
    string ReferredBy, bool WantsProgress) : MediaEvent(Call, Epoch, Sequence);

/// <summary>An INVITE with Replaces (RFC 3891) wants to take the place of a leg of this call; Answer or Reject
/// it.</summary>
/// <param name="Leg">Numbered by the node, from <see cref="LegId.FirstByNode"/>.</param>
/// <param name="Account">The agent whose registered phone sends it; null: somebody else.</param>
[GenerateSerializer, Immutable, Alias("acd.LegReplacing")]
public sealed record LegReplacing(
    CallId Call, int Epoch, long Sequence, LegId Leg, LegId Replaced, PartyIdentity From, AgentId? Account)
    : MediaEvent(Call, Epoch, Sequence)
{
    /// <summary>The trunk that it came through, by its id; null: none that is known.</summary>
    [Id(0)]
    public string? Trunk { get; init; }
}

/// <summary>A detector heard what Detect asked for.</summary>
[GenerateSerializer, Immutable, Alias("acd.ToneDetected")]
public sealed record ToneDetected(CallId Call, int Epoch, long Sequence, LegId Leg, DetectedTone Tone)
    : MediaEvent(Call, Epoch, Sequence);

public enum DetectedTone
{
    None,
    FaxCalling,
    FaxAnswering,
    Ringback,
    Busy,
    Congestion,
    SpecialInformation,
    Person,
    AnsweringMachine,

    /// <summary>The machine's beep: speak now.</summary>
    Beep,
}

/// <summary>A leg's figures so far, every few seconds while it is up.</summary>
[GenerateSerializer, Immutable, Alias("acd.LegQualityReported")]
public sealed record LegQualityReported(CallId Call, int Epoch, long Sequence, LegId Leg, LegQuality Quality)
    : MediaEvent(Call, Epoch, Sequence);
