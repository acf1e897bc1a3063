using System.Net;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.MediaNode.Signalling;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a loop needs to send copies to recorders elsewhere.</summary>
/// <param name="AnswerMax">A recorder that has not answered by then is given up.</param>
internal sealed record SipRecPlace(
    SipEdge Edge, MediaWorker Media, IPAddress Advertise, HostNames Names, TimeProvider Time, TimeSpan AnswerMax)
{
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

    /// <summary>Packets that the recorder does not take the codec of, that came too late, or that the system did not
    /// take.</summary>
    public long PacketsNotSent { get; set; }

    /// <summary>Parties without a copy: no line or no port was left.</summary>
    public long PartiesLeftOut { get; set; }
}
