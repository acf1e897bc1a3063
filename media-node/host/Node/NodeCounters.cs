namespace OrleansAcd.MediaNode.Node;

/// <summary>What a node has counted. Written by its worker; read by anybody, a little late.</summary>
public sealed class NodeCounters
{
    public long CallsOffered { get; internal set; }

    /// <summary>Answered 503: too many calls, no port, draining, or no settings yet.</summary>
    public long CallsRefused { get; internal set; }

    /// <summary>Offers without audio that we speak: 488.</summary>
    public long OffersNotAcceptable { get; internal set; }

    /// <summary>Bodies that are not session descriptions: 400 or 415.</summary>
    public long BadDescriptions { get; internal set; }

    /// <summary>Commands of an older epoch, seen before, or for a call or leg that is gone.</summary>
    public long CommandsIgnored { get; internal set; }

    public long EventsPublished { get; internal set; }

    /// <summary>Events lost because too many waited.</summary>
    public long EventsLost { get; internal set; }

    public long PromptsMissing { get; internal set; }

    /// <summary>Calls ended because something in them broke.</summary>
    public long Faults { get; internal set; }

    /// <summary>Callers turned away, and phones cancelled, because no command came for them in time.</summary>
    public long Undecided { get; internal set; }

    /// <summary>Phones and trunks that answered with 3xx: a refusal, whatever address they named.</summary>
    public long PhonesForwarded { get; internal set; }

    /// <summary>Calls through a trunk that went to its next server, because one did not serve.</summary>
    public long TrunkFailovers { get; internal set; }

    /// <summary>Context headers of callers left out: too many, or too long.</summary>
    public long ContextDropped { get; internal set; }

    /// <summary>REFERs whose Replaces names no dialog of this node that can be replaced.</summary>
    public long ReferralsUnknown { get; internal set; }

    /// <summary>INVITEs with Replaces that were refused: from nobody who is known here, or by the rules of the
    /// call.</summary>
    public long ReplacementsForbidden { get; internal set; }

    /// <summary>Packets of video and text passed on, of legs that have ended.</summary>
    public long ForwardedPackets { get; internal set; }

    /// <summary>Packets of video, text and their RTCP above the policy's bandwidth, of legs that have ended.</summary>
    public long OverBandwidth { get; internal set; }

    /// <summary>Keys of SendDtmf that were none, too many, or that the phone would not hear.</summary>
    public long KeysNotSent { get; internal set; }

    public long MediaTimeouts { get; internal set; }

    /// <summary>RTP and RTCP packets from sources that were not the peer, of legs that have ended.</summary>
    public long StrangerPackets { get; internal set; }

    /// <summary>RTP of a payload type that was not agreed, comfort noise among it, of legs that have ended.</summary>
    public long UnexpectedPackets { get; internal set; }

    /// <summary>RTP that the system did not take, of legs that have ended.</summary>
    public long PacketsNotSent { get; internal set; }

    /// <summary>Frames of prompts and music left out because the tick came too late, of legs that have ended.</summary>
    public long FramesSkipped { get; internal set; }

    /// <summary>Datagrams at RTP ports that were no RTP or RTCP, of legs that have ended.</summary>
    public long MalformedPackets { get; internal set; }

    /// <summary>Legs that began encrypted, and plain.</summary>
    public long LegsEncrypted { get; internal set; }

    public long LegsPlain { get; internal set; }

    /// <summary>Lines beside audio, video for one, that began encrypted, and plain.</summary>
    public long LinesEncrypted { get; internal set; }

    public long LinesPlain { get; internal set; }

    /// <summary>Encrypted legs and lines that a re-INVITE made plain, and plain lines beside encrypted audio, by a
    /// policy that allows it.</summary>
    public long EncryptionDowngraded { get; internal set; }

    /// <summary>Offers and lines refused, and contacts not dialled, because of a policy on encryption.</summary>
    public long EncryptionRefused { get; internal set; }

    /// <summary>SRTP and SRTCP that was not authentic, of legs that have ended.</summary>
    public long ForgedPackets { get; internal set; }

    /// <summary>SRTP and SRTCP seen before, or too old, of legs that have ended.</summary>
    public long ReplayedPackets { get; internal set; }
}
