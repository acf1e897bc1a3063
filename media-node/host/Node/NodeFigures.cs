using OrleansAcd.Contracts.Views;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.MediaNode.Node;

/// <summary>All that a node has counted, in one view: its own counters, its SIP stack's, its registrar's.</summary>
/// <remarks>Taken on the worker's loop.</remarks>
internal static class NodeFigures
{
    private const int PeersShownMax = 20;

    private static readonly string[] Methods =
    [
        SipMethods.Invite, SipMethods.Ack, SipMethods.Bye, SipMethods.Cancel, SipMethods.Register, SipMethods.Options,
        SipMethods.Prack, SipMethods.Update, SipMethods.Info, SipMethods.Refer,
    ];

    public static SystemPartView Take(NodeWorker worker)
    {
        var figures = new Dictionary<string, long>(StringComparer.Ordinal);
        AddNode(figures, worker);
        AddSip(figures, worker);
        AddPhones(figures, worker.Phones);
        AddSipRec(figures, worker.SipRec.Counters);
        if (worker.Recording is { } recording) AddRecorder(figures, recording.Recorder.Counters);
        figures["recordingNewsLost"] = worker.RecordingNews.Lost;
        var peers = worker.Sip.MalformedPeers.Top(PeersShownMax)
            .Select(entry => new PeerCount(entry.Peer.ToString(), entry.Count));
        return new SystemPartView(figures, null, [.. peers]);
    }

    private static void AddNode(Dictionary<string, long> figures, NodeWorker worker)
    {
        var node = worker.Counters;
        var live = worker.LiveQuality();
        figures["calls"] = worker.ConversationCount;
        figures["callsOffered"] = node.CallsOffered;
        figures["callsRefused"] = node.CallsRefused;
        figures["offersNotAcceptable"] = node.OffersNotAcceptable;
        figures["badDescriptions"] = node.BadDescriptions;
        figures["commandsIgnored"] = node.CommandsIgnored;
        figures["eventsPublished"] = node.EventsPublished;
        figures["eventsLost"] = node.EventsLost;
        figures["promptsMissing"] = node.PromptsMissing;
        figures["faults"] = node.Faults + worker.LoopFaults;
        figures["undecided"] = node.Undecided;
        figures["phonesForwarded"] = node.PhonesForwarded;
        figures["contextDropped"] = node.ContextDropped;
        figures["unexpectedPackets"] = node.UnexpectedPackets;
        figures["packetsNotSent"] = node.PacketsNotSent;
        figures["framesSkipped"] = node.FramesSkipped;
        figures["legsEncrypted"] = node.LegsEncrypted;
        figures["legsPlain"] = node.LegsPlain;
        figures["linesEncrypted"] = node.LinesEncrypted;
        figures["linesPlain"] = node.LinesPlain;
        figures["encryptionDowngraded"] = node.EncryptionDowngraded;
        figures["encryptionRefused"] = node.EncryptionRefused;
        figures["forgedPackets"] = node.ForgedPackets;
        figures["replayedPackets"] = node.ReplayedPackets;
        figures["portsRefused"] = worker.Media.Ports.Refused;
        figures["portBindFailures"] = worker.Media.Ports.BindFailures;
        figures["postsRefused"] = worker.Media.Loop.PostsRefused;
        figures["lateTicks"] = worker.Media.Loop.LateTicks;
        figures["mediaTimeouts"] = node.MediaTimeouts;
        figures["forwardedPackets"] = node.ForwardedPackets;
        figures["overBandwidth"] = node.OverBandwidth;
        figures["referralsUnknown"] = node.ReferralsUnknown;
        figures["replacementsForbidden"] = node.ReplacementsForbidden;
        figures["hostLookups"] = worker.Names.Lookups;
        figures["hostLookupsFailed"] = worker.Names.Failures;
        figures["hostQuestionsUnanswered"] = worker.NamesUnanswered;
        figures["hostsAvoided"] = worker.Names.Avoided;
        figures["trunkFailovers"] = node.TrunkFailovers;
        figures["overloads"] = worker.Overload.Overloads;
        figures["overloaded"] = worker.Overload.IsOverloaded ? 1 : 0;
        figures["latestTurnMs"] = (long)worker.Overload.Worst.TotalMilliseconds;
        figures["strangerPackets"] = node.StrangerPackets + live.Strangers;
        figures["malformedPackets"] = node.MalformedPackets + live.Malformed;
    }

    private static void AddSip(Dictionary<string, long> figures, NodeWorker worker)
    {
        var sip = worker.Sip.Counters;
        figures["sipReceived"] = sip.Received;
        figures["sipSent"] = sip.Sent;
        figures["sipRetransmissionsSent"] = sip.RetransmissionsSent;
        figures["sipRetransmissionsReceived"] = sip.RetransmissionsReceived;
        figures["sipMalformedDropped"] = sip.MalformedDropped;
        figures["sipBadRequestsAnswered"] = sip.BadRequestsAnswered;
        figures["sipOverloadRefused"] = sip.OverloadRefused;
        figures["sipKeepAlives"] = sip.KeepAlives;
        figures["sipStray"] = sip.Stray;
        figures["sipLoopsRefused"] = sip.LoopsRefused;
        figures["sipUnknownDialogs"] = sip.UnknownDialogs;
        figures["sipTimedOut"] = sip.TimedOut;
        figures["sipUnreachable"] = sip.Unreachable;
        figures["sipAuthorized"] = sip.Authorized;
        figures["sipForksIgnored"] = sip.ForksIgnored;
        figures["sipReferralsRefused"] = sip.ReferralsRefused;
        figures["sipReplacesRefused"] = sip.ReplacesRefused;
        figures["sipInsecureRefused"] = sip.InsecureRefused;
        figures["sipOutputsDropped"] = sip.OutputsDropped;
        figures["sipCalls"] = worker.Sip.CallCount;
        figures["sipServerTransactions"] = worker.Sip.ServerTransactionCount;
        figures["sipClientTransactions"] = worker.Sip.ClientTransactionCount;
        figures["sipSendFailures"] = worker.Edge.SendFailures;
        figures["sipTlsFailed"] = worker.Edge.TlsFailures;
        figures["sipTlsReloads"] = worker.Edge.Tls?.Reloads ?? 0;
        figures["sipTlsReloadsFailed"] = worker.Edge.Tls?.ReloadsFailed ?? 0;
        figures["sipConnectionsTimedOut"] = worker.Edge.ConnectionsTimedOut;
        figures["sipConnections"] = worker.Edge.ConnectionCount;
        figures["sipConnectionsRefused"] = worker.Edge.ConnectionsRefused;
        foreach (var method in Methods)
        {
            figures["sipReceived" + method] = sip.RequestsReceived(method);
            figures["sipSent" + method] = sip.RequestsSent(method);
        }
    }

    private static void AddSipRec(Dictionary<string, long> figures, SipRecCounters copies)
    {
        figures["sipRecAnswered"] = copies.Answered;
        figures["sipRecFailed"] = copies.Failed;
        figures["sipRecPacketsSent"] = copies.PacketsSent;
        figures["sipRecPacketsNotSent"] = copies.PacketsNotSent;
        figures["sipRecPartiesLeftOut"] = copies.PartiesLeftOut;
        figures["sipRecReportsSent"] = copies.ReportsSent;
        figures["sipRecReportsHeard"] = copies.ReportsHeard;
        figures["sipRecReportsRefused"] = copies.ReportsRefused;
        figures["sipRecPacketsLostThere"] = copies.PacketsLostThere;
        figures["sipRecSnapshotsAsked"] = copies.SnapshotsAsked;
    }

    private static void AddRecorder(Dictionary<string, long> figures, RecorderCounters recorder)
    {
        figures["recordings"] = recorder.Active;
        figures["recordingsFinishing"] = recorder.Finishing;
        figures["recordingSegments"] = recorder.Segments;
        figures["recordingFailures"] = recorder.Failures;
        figures["recordingPacketsLost"] = recorder.PacketsLost;
        figures["recordingSamplesDropped"] = recorder.SamplesDropped;
        figures["recordingOrdersRefused"] = recorder.OrdersRefused;
        figures["recordingFaults"] = recorder.Faults;
        figures["recordingsUnstored"] = recorder.Unstored;
        figures["recordingsNotInOpus"] = recorder.NotInOpus;
    }

    private static void AddPhones(Dictionary<string, long> figures, PhoneBook phones)
    {
        figures["phoneContacts"] = phones.ContactCount;
        if (phones.Counters is not { } digest) return;

        figures["digestAccepted"] = digest.Accepted;
        figures["digestChallenged"] = digest.Challenged;
        figures["digestWrong"] = digest.WrongCredentials;
        figures["digestReplayed"] = digest.Replayed;
        figures["digestLimited"] = digest.Limited;
        figures["digestMalformed"] = digest.Malformed;
    }
}
