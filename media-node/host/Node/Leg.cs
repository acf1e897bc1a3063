using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Sip.Transfer;

namespace OrleansAcd.MediaNode.Node;

using LegQuality = OrleansAcd.Contracts.Media.LegQuality;

/// <summary>Where a leg is between its first INVITE and its end.</summary>
internal enum LegState
{
    /// <summary>An INVITE came in; the Call grain has not decided.</summary>
    Offered,

    /// <summary>We sent 200; the ACK is awaited.</summary>
    Answering,

    /// <summary>We dialled; nobody has answered.</summary>
    Ringing,

    Up,
    Ended,
}

/// <summary>One party of a conversation: its SIP dialog, its offer/answer exchange, its media.</summary>
/// <remarks>A dialled leg has a fork for each contact that rings; the one that answers becomes the leg's
/// call.</remarks>
internal sealed class Leg(
    Conversation conversation, LegId id, LegState state, MediaParty party, ForwardedParty? picture = null)
{
    public Conversation Conversation { get; } = conversation;

    public LegId Id { get; } = id;

    public LegState State { get; set; } = state;

    public MediaParty Party { get; } = party;

    /// <summary>The fork that is or became the leg; null while a dialled leg rings.</summary>
    public Fork? Active { get; set; }

    /// <summary>The contacts that still ring.</summary>
    public List<Fork> Ringing { get; } = [];

    /// <summary>The best failure of contacts that have failed, RFC 3261 section 16.7 step 6.</summary>
    public int BestFailure { get; set; }

    /// <summary>When it is given up unless it has been answered by then.</summary>
    public Instant GiveUpAt { get; set; } = Instant.Never;

    /// <summary>The last provisional code that was told.</summary>
    public int Progress { get; set; }

    /// <summary>Our answer to the INVITE's offer, made when it came in; empty for a late offer.</summary>
    public ReadOnlyMemory<byte> Answer { get; set; }

    /// <summary>The phone has put us on hold.</summary>
    public bool IsHeld { get; set; }

    /// <summary>The transfer that the phone asked for last.</summary>
    public SipReferral? Referral { get; set; }

    /// <summary>The phone shall be asked to answer by itself.</summary>
    public bool IsAskedToAnswer { get; set; }

    /// <summary>Its lines beside audio.</summary>
    public ForwardedParty Picture { get; } = picture ?? new ForwardedParty();

    public PlayList? Playing { get; set; }

    /// <summary>The tones that have been told since the last Detect, a bit each.</summary>
    public uint TonesTold { get; set; }

    public string Codec { get; set; } = "";

    /// <summary>When its figures are reported next; zero before it was up.</summary>
    public Instant QualityDue { get; set; }

    public LegQuality ReadQuality()
    {
        var quality = Party.Quality;
        var codec = Party.Media?.Codec ?? AudioCodecId.Pcmu;
        return new LegQuality(
            Codec, quality.PacketsReceived, quality.PacketsLost, quality.PacketsSent, quality.Jitter.TotalMilliseconds)
        {
            MosReceived = LegScores.Received(quality, codec),
            MosSent = LegScores.Sent(quality, codec),
            RoundTripMs = quality.RoundTrip?.TotalMilliseconds,
            RemoteLoss = quality.RemoteFractionLost,
            Encrypted = quality.IsEncrypted,
            PlainLines = Picture.Lines.Count(line => line is { Agreed: not null, IsEncrypted: false }),
        };
    }
}

/// <summary>One INVITE of a leg: to one contact, or from the caller.</summary>
internal sealed class Fork(Leg leg, SipCall? call)
{
    /// <summary>Changes only when the leg goes to another conversation.</summary>
    public Leg Leg { get; set; } = leg;

    public SipCall? Call { get; set; } = call;

    /// <summary>It has been asked to answer by itself.</summary>
    public bool IsAsked { get; set; }

    public OfferAnswer Exchange { get; } = new();

    /// <summary>Of a call through a trunk by name.</summary>
    public TrunkAttempt? Attempt { get; init; }

    /// <summary>A server that has said nothing so far, and should have.</summary>
    public bool IsSilent(Instant now) =>
        Attempt is { } attempt && now >= attempt.AnswerBy && Call is { HasProvisional: false };

    /// <summary>Whether and how its media is encrypted.</summary>
    public required LegSecurity Security { get; init; }

    /// <summary>What the exchange agreed on, keys included; null when that is nothing we can or may speak.</summary>
    public LegMedia? Agreed() =>
        LegDescriptions.Agreed(Exchange) is { } agreed ? Security.Secure(Exchange, agreed) : null;

    /// <summary>The phone's answer in a reliable provisional response, and the branch that gave it: from then on the
    /// 200 needs none (RFC 3261 section 13.2.1).</summary>
    public (string Tag, ReadOnlyMemory<byte> Answer) Early { get; set; } = ("", default);
}

/// <summary>Prompts that a leg is played one after the other.</summary>
internal sealed class PlayList(PlayId id, IReadOnlyList<OrleansAcd.Audio.AudioClip> clips, bool loopLast)
{
    private int _next;

    public PlayId Id { get; } = id;

    /// <summary>The next clip and whether it loops; null at the end.</summary>
    public OrleansAcd.Audio.AudioClip? Next(out bool isLoop)
    {
        isLoop = loopLast && _next == clips.Count - 1;
        return _next < clips.Count ? clips[_next++] : null;
    }
}
