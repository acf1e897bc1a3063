namespace OrleansAcd.Sip.Sdp;

/// <summary>Where an offer/answer exchange stands (RFC 3264 section 4): at most one offer is open at a time.</summary>
public enum OfferAnswerState
{
    /// <summary>No session description was agreed yet, and no offer is open.</summary>
    None,

    /// <summary>We offered; their answer is awaited.</summary>
    LocalOffered,

    /// <summary>They offered; our answer is due.</summary>
    RemoteOffered,

    /// <summary>Both descriptions stand, and no offer is open.</summary>
    Agreed,
}

/// <summary>Why a step was refused; a refused step changes nothing.</summary>
public enum OfferAnswerError
{
    None,

    /// <summary>An offer of ours is open: theirs is glare, answered 491 (RFC 3261 section 14.2).</summary>
    LocalOfferOpen,

    /// <summary>An offer of theirs is open: it is answered before we may offer (RFC 3264 section 4).</summary>
    RemoteOfferOpen,

    /// <summary>There is no open offer that this could answer.</summary>
    NoOfferOpen,

    /// <summary>The answer without capabilities came before any were given.</summary>
    NoCapabilities,

    /// <summary>The offer has fewer m= lines than the session has: forbidden by RFC 3264 section 8.</summary>
    MediaSectionsLost,

    /// <summary>The sections of both sides together exceed <see cref="SdpLimits.MediaSections"/>.</summary>
    TooManyMediaSections,
}

/// <summary>How an answer chooses among formats that both sides have (RFC 3264 section 6.1 leaves both choices
/// open).</summary>
/// <param name="SeveralCodecs">Answer every common codec; otherwise the first alone, and what rides beside it.</param>
/// <param name="OwnPreference">Order by our capabilities; otherwise by the offer.</param>
public sealed record AnswerChoice(bool SeveralCodecs = false, bool OwnPreference = false)
{
    public static readonly AnswerChoice Default = new();
}
