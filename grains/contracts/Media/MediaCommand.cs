using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;

namespace OrleansAcd.Contracts.Media;

/// <summary>What a Call grain asks of the media node that owns the call (design section 4).</summary>
/// <remarks>A node refuses a command of an older epoch and ignores a sequence that it has seen, so a stream may deliver
/// twice.</remarks>
/// <param name="Call">The call.</param>
/// <param name="Epoch">Raised whenever the call's home node changes.</param>
/// <param name="Sequence">Counts this call's commands within the epoch, from 1.</param>
[GenerateSerializer, Immutable, Alias("acd.MediaCommand")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(Answer), "answer")]
[JsonDerivedType(typeof(Reject), "reject")]
[JsonDerivedType(typeof(Dial), "dial")]
[JsonDerivedType(typeof(CancelDial), "cancel-dial")]
[JsonDerivedType(typeof(Hangup), "hangup")]
[JsonDerivedType(typeof(Hear), "hear")]
[JsonDerivedType(typeof(Play), "play")]
[JsonDerivedType(typeof(StopPlay), "stop-play")]
[JsonDerivedType(typeof(Redirect), "redirect")]
[JsonDerivedType(typeof(AskToAnswer), "ask-to-answer")]
[JsonDerivedType(typeof(TakeLeg), "take-leg")]
[JsonDerivedType(typeof(ReferProgress), "refer-progress")]
[JsonDerivedType(typeof(SendDtmf), "send-dtmf")]
[JsonDerivedType(typeof(Detect), "detect")]
[JsonDerivedType(typeof(Record), "record")]
[JsonDerivedType(typeof(PauseRecord), "pause-record")]
[JsonDerivedType(typeof(StopRecord), "stop-record")]
public abstract record MediaCommand(CallId Call, int Epoch, long Sequence);

/// <summary>Answers an offered leg: 200 with our SDP.</summary>
[GenerateSerializer, Immutable, Alias("acd.Answer")]
public sealed record Answer(CallId Call, int Epoch, long Sequence, LegId Leg) : MediaCommand(Call, Epoch, Sequence);

/// <summary>Refuses an offered leg with a SIP status code 400..699, RFC 3261 section 21.</summary>
[GenerateSerializer, Immutable, Alias("acd.Reject")]
public sealed record Reject(CallId Call, int Epoch, long Sequence, LegId Leg, int SipCode, TimeSpan? RetryAfter)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Calls a phone: an INVITE to each contact at once; the first that answers has the leg, the others are
/// cancelled.</summary>
/// <param name="Contacts">Where the phone registered; at least one.</param>
/// <param name="From">Who the called phone is shown as calling.</param>
/// <param name="Headers">Context for the phone: extra SIP headers of the INVITE.</param>
/// <param name="RingTimeout">The node gives up after this; the Call grain normally cancels first.</param>
[GenerateSerializer, Immutable, Alias("acd.Dial")]
public sealed record Dial(
    CallId Call, int Epoch, long Sequence, LegId Leg, ImmutableArray<PhoneContact> Contacts, PartyIdentity From,
    ImmutableArray<SipHeader> Headers, TimeSpan RingTimeout) : MediaCommand(Call, Epoch, Sequence)
{
    /// <summary>Whether the leg's media is encrypted: the called agent's or trunk's policy.</summary>
    [Id(0)]
    public EncryptionPolicy Encryption { get; init; }

    /// <summary>The trunk that the leg goes through, by its id; null for a phone.</summary>
    [Id(1)]
    public string? Trunk { get; init; }
}

/// <summary>Ends the ringing of a dialled leg; answered with LegFailed(487), or nothing if it has already
/// ended.</summary>
[GenerateSerializer, Immutable, Alias("acd.CancelDial")]
public sealed record CancelDial(CallId Call, int Epoch, long Sequence, LegId Leg) : MediaCommand(Call, Epoch, Sequence);

/// <summary>Ends a leg in whatever state it is: BYE, CANCEL or a final response.</summary>
/// <param name="SipCode">The cause told to the phone in a Reason header, RFC 3326 (200 = normal).</param>
[GenerateSerializer, Immutable, Alias("acd.Hangup")]
public sealed record Hangup(CallId Call, int Epoch, long Sequence, LegId Leg, int SipCode)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Replaces the hearing matrix (design section 5): who hears whom. A pair that is absent does not
/// hear.</summary>
[GenerateSerializer, Immutable, Alias("acd.Hear")]
public sealed record Hear(CallId Call, int Epoch, long Sequence, ImmutableArray<Hearing> Matrix)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Plays prompts to a leg, one after the other, the last one looped if asked; answered by PlayEnded.</summary>
/// <param name="Prompts">Names of prompts, at least one; an unknown one is skipped and counted.</param>
[GenerateSerializer, Immutable, Alias("acd.Play")]
public sealed record Play(
    CallId Call, int Epoch, long Sequence, LegId Leg, PlayId PlayId, ImmutableArray<string> Prompts, bool LoopLast)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Stops what a leg is played, at once.</summary>
[GenerateSerializer, Immutable, Alias("acd.StopPlay")]
public sealed record StopPlay(CallId Call, int Epoch, long Sequence, LegId Leg) : MediaCommand(Call, Epoch, Sequence);

/// <summary>One cell of the hearing matrix: <paramref name="Listener"/> hears <paramref name="Speaker"/>.</summary>
/// <param name="Gain">Linear, 0 to 4; 1 leaves the level as it is.</param>
[GenerateSerializer, Immutable, Alias("acd.Hearing")]
public readonly record struct Hearing(
    [property: Id(0)] LegId Listener, [property: Id(1)] LegId Speaker, [property: Id(2)] double Gain = 1)
{
    public const double GainMax = 4;
}

/// <summary>A SIP header as context of a call. Names and values hold no line breaks: the node drops any that
/// do.</summary>
[GenerateSerializer, Immutable, Alias("acd.SipHeader")]
public readonly record struct SipHeader([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>Who a party is, as shown to another: display name and SIP URI.</summary>
[GenerateSerializer, Immutable, Alias("acd.PartyIdentity")]
public sealed record PartyIdentity(string DisplayName, string Uri);

/// <summary>One contact of a registered phone, RFC 3261 section 10: where its INVITE goes.</summary>
/// <param name="Uri">The Contact URI of its REGISTER.</param>
/// <param name="Path">The Path of RFC 3327, outermost proxy first; empty without proxies.</param>
/// <param name="Transport">"udp" or "tcp": the transport of its REGISTER.</param>
/// <param name="Source">Address and port that the REGISTER came from, which reach it through NAT.</param>
/// <param name="Node">The node that holds its connection.</param>
/// <param name="ExpiresAt">End of the registration.</param>
[GenerateSerializer, Immutable, Alias("acd.PhoneContact")]
public sealed record PhoneContact(
    string Uri, ImmutableArray<string> Path, string Transport, string Source, NodeId Node, DateTimeOffset ExpiresAt);
