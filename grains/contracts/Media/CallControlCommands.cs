using System.Collections.Immutable;
using Orleans;

namespace OrleansAcd.Contracts.Media;

/// <summary>Sends an offered leg elsewhere: 302 with these contacts, best first (RFC 3261 section 21.3.3).</summary>
[GenerateSerializer, Immutable, Alias("acd.Redirect")]
public sealed record Redirect(CallId Call, int Epoch, long Sequence, LegId Leg, ImmutableArray<string> Contacts)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Asks a ringing phone to answer by itself: NOTIFY with <c>Event: talk</c>, which desk phones know. A phone
/// that does not goes on ringing.</summary>
[GenerateSerializer, Immutable, Alias("acd.AskToAnswer")]
public sealed record AskToAnswer(CallId Call, int Epoch, long Sequence, LegId Leg)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Moves a leg that is up from another call of this node into this one; dialog and media stay.</summary>
/// <remarks>This call is told LegAnswered, or LegFailed(481) where there is no such leg; the other one
/// LegEnded(Moved).</remarks>
/// <param name="Leg">Its id in this call from now on.</param>
[GenerateSerializer, Immutable, Alias("acd.TakeLeg")]
public sealed record TakeLeg(CallId Call, int Epoch, long Sequence, LegId Leg, CallId FromCall, LegId FromLeg)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Tells a phone how the transfer that it asked for goes: NOTIFY with a sipfrag (RFC 3515 section 2.4.4). A
/// final code ends its subscription.</summary>
[GenerateSerializer, Immutable, Alias("acd.ReferProgress")]
public sealed record ReferProgress(CallId Call, int Epoch, long Sequence, LegId Leg, int SipCode)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Presses keys towards a leg, one after the other: RFC 4733 where agreed, else in-band tones.</summary>
/// <param name="Digits">0-9, *, #, A-D; at most 64. Never logged.</param>
/// <param name="Duration">Of each key, 40 ms to 1 s.</param>
[GenerateSerializer, Immutable, Alias("acd.SendDtmf")]
public sealed record SendDtmf(CallId Call, int Epoch, long Sequence, LegId Leg, string Digits, TimeSpan Duration)
    : MediaCommand(Call, Epoch, Sequence)
{
    public override string ToString() => $"SendDtmf({Call}, {Leg}, {Digits.Length} keys)";
}

/// <summary>What a leg's audio is listened to for from now on; answered by ToneDetected, once per kind.</summary>
[GenerateSerializer, Immutable, Alias("acd.Detect")]
public sealed record Detect(CallId Call, int Epoch, long Sequence, LegId Leg, ToneKinds Kinds)
    : MediaCommand(Call, Epoch, Sequence);

/// <summary>Kinds of sounds that detectors know.</summary>
[Flags]
public enum ToneKinds
{
    None = 0,

    /// <summary>A fax machine calls: CNG, 1100 Hz (T.30); or answers: CED, ANSam, 2100 Hz (V.8).</summary>
    Fax = 1,

    /// <summary>Ringback, busy, congestion and special information tones of the network (E.180).</summary>
    Progress = 2,

    /// <summary>Whether a person or a machine answered.</summary>
    AnsweringMachine = 4,
}
