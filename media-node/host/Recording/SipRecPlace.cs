using System.Net;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.MediaNode.Signalling;
using OrleansAcd.Sip.Digest;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a loop needs to send copies to recorders elsewhere.</summary>
/// <param name="AnswerMax">A recorder that has not answered by then is given up.</param>
internal sealed record SipRecPlace(
    SipEdge Edge, MediaWorker Media, IPAddress Advertise, HostNames Names, TimeProvider Time, TimeSpan AnswerMax)
{
    /// <summary>Who we are at a host, where a trunk goes to the same one; null: nobody.</summary>
    public Func<string, DigestClient?> CredentialsAt { get; init; } = _ => null;

    /// <summary>The policy of a trunk that goes to the same host; null: there is none.</summary>
    public Func<string, EncryptionPolicy?> EncryptionAt { get; init; } = _ => null;

    public SipRecCounters Counters { get; } = new();
}

/// <summary>What became of copies; on the loop.</summary>
internal sealed class SipRecCounters
{
    /// <summary>Sessions that a recorder accepted.</summary>
    public long Answered { get; set; }

    /// <summary>Sessions that failed, before or after.</summary>
    public long Failed { get; set; }

    public long PacketsSent { get; set; }

    /// <summary>RTCP: sent, heard, and what was none or came from a stranger.</summary>
    public long ReportsSent { get; set; }

    public long ReportsHeard { get; set; }

    public long ReportsRefused { get; set; }

    /// <summary>Packets that recorders say they have missed.</summary>
    public long PacketsLostThere { get; set; }

    /// <summary>Snapshots of metadata that recorders asked for.</summary>
    public long SnapshotsAsked { get; set; }

    /// <summary>Packets that the recorder does not take the codec of, that came too late, or that the system did not
    /// take.</summary>
    public long PacketsNotSent { get; set; }

    /// <summary>Parties without a copy: no line or no port was left, or it would have been less secure than the
    /// call.</summary>
    public long PartiesLeftOut { get; set; }
}
