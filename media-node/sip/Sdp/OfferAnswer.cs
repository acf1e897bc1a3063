using System.Diagnostics;

namespace OrleansAcd.Sip.Sdp;

/// <summary>The offer/answer machine of one dialog (RFC 3264): who offered, what stands, which version comes
/// next.</summary>
/// <remarks>Works on whole descriptions; <see cref="AudioSdp"/> makes them from, and reads them into, plain audio
/// terms. A late offer (an INVITE without a body) is <see cref="TryOffer"/> for the 200 and <see cref="HandleAnswer"/>
/// for the ACK. Not thread-safe; no time, no I/O.</remarks>
public sealed class OfferAnswer
{
    private SessionDescription? _capabilities;
    private SessionDescription? _lastSent;
    private SessionDescription? _open;

    // What stood before our last answer, for the case that it is not sent after all.
    private Session? _before;

    // Whose offer the standing session came from, and the direction each section of it was offered with, seen by us.
    private SessionDescription? _lastRemoteOffer;

    public OfferAnswerState State { get; private set; }

    /// <summary>Our side of what was agreed last: formats both have, refused sections at port 0.</summary>
    public SessionDescription? Local { get; private set; }

    /// <summary>Their side of what was agreed last, as received.</summary>
    public SessionDescription? Remote { get; private set; }

    /// <summary>Whether the standing session came from an offer of theirs.</summary>
    public bool WeAnswered => _lastRemoteOffer is not null;

    /// <summary>What we sent last: kept with the call, so that another node can continue it.</summary>
    public SessionDescription? LastSent => _lastSent;

    /// <summary>Continues a session another node began: its last description each way (dialog snapshots).</summary>
    public static OfferAnswer Restore(SessionDescription lastSent, SessionDescription remote)
    {
        return new OfferAnswer
        {
            State = OfferAnswerState.Agreed, Local = lastSent, Remote = remote, _capabilities = lastSent,
            _lastSent = lastSent,
        };
    }

    /// <summary>Makes the offer to send: the capabilities, over the sections the session already has (section
    /// 8).</summary>
    public OfferAnswerError TryOffer(SessionDescription capabilities, out SessionDescription offer)
    {
        offer = SessionDescription.Empty;
        if (State is OfferAnswerState.LocalOffered) return OfferAnswerError.LocalOfferOpen;
        if (State is OfferAnswerState.RemoteOffered) return OfferAnswerError.RemoteOfferOpen;

        var ordered = Local is null ? capabilities : ReOffer.InPlace(Local, capabilities);
        if (ordered.Media.Length > SdpLimits.MediaSections) return OfferAnswerError.TooManyMediaSections;

        _before = null;
        _capabilities = capabilities;
        _lastSent = offer = Versioned(ordered, firstVersion: capabilities.Origin.Version);
        _open = offer;
        State = OfferAnswerState.LocalOffered;
        return OfferAnswerError.None;
    }

    /// <summary>Takes the answer to our open offer; <see cref="Local"/> then holds what of the offer stands.</summary>
    public OfferAnswerError HandleAnswer(SessionDescription answer)
    {
        if (State is not OfferAnswerState.LocalOffered) return OfferAnswerError.NoOfferOpen;
        Debug.Assert(_open is not null, "an open offer has a description");

        Agree(ReceivedAnswer.WhatStands(_open!, answer), answer);
        _lastRemoteOffer = null;
        return OfferAnswerError.None;
    }

    /// <summary>Takes the answer to what we sent last, sent once more as an offer to refresh the session (RFC 4028
    /// section 7.4): the peer may have chosen anew. <see cref="Withdraw"/> leaves the session as it was.</summary>
    public OfferAnswerError HandleRefresh(SessionDescription answer)
    {
        if (State is not OfferAnswerState.Agreed || _lastSent is not { } sent) return OfferAnswerError.NoOfferOpen;

        _before = new Session(Local, Remote, _lastSent, _capabilities, _lastRemoteOffer);
        Agree(ReceivedAnswer.WhatStands(sent, answer), answer);
        _lastRemoteOffer = null;
        return OfferAnswerError.None;
    }

    /// <summary>Takes an offer of theirs; it stays open until <see cref="TryAnswer"/> or
    /// <see cref="Withdraw"/>.</summary>
    public OfferAnswerError HandleOffer(SessionDescription offer)
    {
        if (State is OfferAnswerState.LocalOffered) return OfferAnswerError.LocalOfferOpen;
        if (State is OfferAnswerState.RemoteOffered) return OfferAnswerError.RemoteOfferOpen;
        if (Local is { } local && offer.Media.Length < local.Media.Length) return OfferAnswerError.MediaSectionsLost;

        _open = offer;
        _before = null;
        State = OfferAnswerState.RemoteOffered;
        return OfferAnswerError.None;
    }

    /// <summary>Answers their open offer (section 6): one section for each of theirs, port 0 where nothing is
    /// common.</summary>
    /// <param name="capabilities">What we can do; null repeats what was given last, and lifts a hold that was
    /// theirs.</param>
    /// <param name="choice">How to choose among common formats; null is the first codec alone, in the offer's
    /// order.</param>
    /// <param name="answer">The answer to send; it may refuse every section, which the owner may rather answer
    /// 488.</param>
    public OfferAnswerError TryAnswer(SessionDescription? capabilities, AnswerChoice? choice,
        out SessionDescription answer)
    {
        answer = SessionDescription.Empty;
        if (State is not OfferAnswerState.RemoteOffered) return OfferAnswerError.NoOfferOpen;
        if ((capabilities ?? Unheld()) is not { } ours) return OfferAnswerError.NoCapabilities;

        Debug.Assert(_open is not null, "an open offer has a description");
        var offer = _open!;
        _before = new Session(Local, Remote, _lastSent, _capabilities, _lastRemoteOffer);
        _capabilities = ours;
        // A first answer is a step from the capabilities it was made of, as it is from any description before.
        answer = Versioned(AnswerBuilder.Build(offer, ours, choice ?? AnswerChoice.Default), ours.Origin.Version + 1);
        _lastSent = answer;
        _lastRemoteOffer = offer;
        Agree(answer, offer);
        return OfferAnswerError.None;
    }

    /// <summary>The open offer failed or was refused: the session stays as agreed before it (RFC 3261 section 14.1).
    /// Also takes back an answer that was made and is not sent: the owner answers 488 instead.</summary>
    public void Withdraw()
    {
        if (State is OfferAnswerState.Agreed && _before is { } before)
        {
            (Local, Remote) = (before.Local, before.Remote);
            (_lastSent, _capabilities) = (before.LastSent, before.Capabilities);
            _lastRemoteOffer = before.LastRemoteOffer;
        }

        (_open, _before) = (null, null);
        State = Local is null ? OfferAnswerState.None : OfferAnswerState.Agreed;
    }

    private sealed record Session(
        SessionDescription? Local, SessionDescription? Remote, SessionDescription? LastSent,
        SessionDescription? Capabilities, SessionDescription? LastRemoteOffer);

    private void Agree(SessionDescription local, SessionDescription remote)
    {
        Local = local;
        Remote = remote;
        _open = null;
        State = OfferAnswerState.Agreed;
    }

    // Section 8: one more than the last version when anything changed, the very same when nothing did.
    private SessionDescription Versioned(SessionDescription next, ulong firstVersion)
    {
        if (_lastSent is not { } last) return next with { Origin = next.Origin with { Version = firstVersion } };

        var version = next.SaysTheSameAs(last) ? last.Origin.Version : last.Origin.Version + 1;
        return next with { Origin = last.Origin with { Version = version } };
    }

    // Directions that only mirrored their last offer were no wish of ours, and do not outlive it.
    private SessionDescription? Unheld()
    {
        if (_capabilities is not { } ours || _lastRemoteOffer is not { } theirs) return _capabilities;

        var media = ours.Media.ToBuilder();
        for (var i = 0; i < media.Count && i < theirs.Media.Length; i++)
        {
            var mirrored = theirs.DirectionOf(theirs.Media[i]).Reversed() == ours.DirectionOf(ours.Media[i]);
            if (mirrored) media[i] = media[i].WithDirection(MediaDirection.SendRecv);
        }

        return ours with { Media = media.ToImmutable() };
    }
}
