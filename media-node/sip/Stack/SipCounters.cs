using System.Net;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>What a stack has counted since it was made. Read from the stack's own thread.</summary>
public sealed class SipCounters
{
    private readonly long[] _requestsReceived = new long[SipMethods.KnownCount + 1];
    private readonly long[] _requestsSent = new long[SipMethods.KnownCount + 1];

    public long Received { get; internal set; }

    public long Sent { get; internal set; }

    public long RetransmissionsSent { get; internal set; }

    public long RetransmissionsReceived { get; internal set; }

    public long MalformedDropped { get; internal set; }

    public long BadRequestsAnswered { get; internal set; }

    public long OverloadRefused { get; internal set; }

    public long KeepAlives { get; internal set; }

    /// <summary>Responses and ACKs that belong to nothing here.</summary>
    public long Stray { get; internal set; }

    public long LoopsRefused { get; internal set; }

    public long UnknownDialogs { get; internal set; }

    public long TimedOut { get; internal set; }

    public long Unreachable { get; internal set; }

    /// <summary>Requests sent again with credentials, because they were challenged.</summary>
    public long Authorized { get; internal set; }

    /// <summary>Branches of a forked INVITE beyond those that are followed.</summary>
    public long ForksIgnored { get; internal set; }

    /// <summary>REFERs refused: malformed, outside a dialog, or too many at once.</summary>
    public long ReferralsRefused { get; internal set; }

    /// <summary>INVITEs whose Replaces was malformed or named no dialog that can be replaced.</summary>
    public long ReplacesRefused { get; internal set; }

    /// <summary>Offers in a call over TLS that came without TLS.</summary>
    public long InsecureRefused { get; internal set; }

    public long OutputsDropped { get; internal set; }

    public long CallsReceived { get; internal set; }

    public long CallsMade { get; internal set; }

    public long RequestsReceived(string method) => _requestsReceived[SipMethods.IndexOf(method)];

    public long RequestsSent(string method) => _requestsSent[SipMethods.IndexOf(method)];

    internal void CountReceived(string method) => _requestsReceived[SipMethods.IndexOf(method)]++;

    internal void CountSent(string method) => _requestsSent[SipMethods.IndexOf(method)]++;
}

/// <summary>How many malformed messages each address has sent; the least recent is forgotten when it is full.</summary>
public sealed class MalformedPeers
{
    public const int PeersMax = 1024;

    private readonly Dictionary<IPAddress, LinkedListNode<(IPAddress Peer, long Count)>> _nodes = [];
    private readonly LinkedList<(IPAddress Peer, long Count)> _recent = new();

    public int Count => _nodes.Count;

    /// <summary>The peers with the most, most first.</summary>
    public IEnumerable<(IPAddress Peer, long Count)> Top(int count) =>
        _recent.OrderByDescending(entry => entry.Count).Take(count);

    public long CountOf(IPAddress peer) => _nodes.TryGetValue(peer, out var node) ? node.Value.Count : 0;

    internal void Add(IPAddress peer)
    {
        if (_nodes.TryGetValue(peer, out var node))
        {
            _recent.Remove(node);
            node.Value = (peer, node.Value.Count + 1);
            _recent.AddFirst(node);
            return;
        }

        if (_nodes.Count == PeersMax)
        {
            _nodes.Remove(_recent.Last!.Value.Peer);
            _recent.RemoveLast();
        }

        _nodes[peer] = _recent.AddFirst((peer, 1));
    }
}
