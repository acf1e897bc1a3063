using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Video and text of one conversation: passed on packet by packet from who is seen to who sees (design
/// section 5).</summary>
/// <remarks>Who hears somebody sees them; who hears several sees the first that has a line of the kind in the same
/// codec. Nothing is decoded or rewritten but the payload type: SSRC, sequence and feedback stay the phones' own. Each
/// line is encrypted with keys of its own, or plain. Used on the worker's thread only; allocates nothing per packet.
/// </remarks>
internal sealed class ForwardedMedia(MediaWorker worker, ForwardingOptions options, Action<Exception> onFault)
{
    private readonly List<ForwardedParty> _parties = [];

    public MediaWorker Worker { get; } = worker;

    public ForwardingOptions Options { get; } = options;

    /// <summary>Nobody has a line beside audio.</summary>
    public bool IsEmpty => _parties.Count == 0;

    /// <summary>Binds ports for a party's line; null: no port, or it has one of that kind.</summary>
    public ForwardedLine? TryAdd(ForwardedParty party, ForwardedKind kind)
    {
        if (Options.BitsPerSecond(kind) <= 0 || party.Find(kind) is not null) return null;
        if (Worker.Ports.Rent(Worker.Loop.Net, Worker.LocalHost, Worker.Loop.Now) is not { } sockets) return null;

        var line = new ForwardedLine(this, kind, sockets);
        if (party.Lines.Count == 0) _parties.Add(party);
        party.Lines.Add(line);
        return line;
    }

    /// <summary>What was agreed for a line, the first time or again.</summary>
    public void Configure(ForwardedLine line, NegotiatedLine agreed, LegCrypto? crypto = null)
    {
        line.Configure(agreed, crypto);
        Compile();
    }

    /// <summary>Sockets closed, ports given back.</summary>
    public void Remove(ForwardedParty party, ForwardedLine line)
    {
        if (!party.Lines.Remove(line)) return;

        line.Dispose();
        if (party.Lines.Count == 0) _parties.Remove(party);
        Compile();
    }

    public void Remove(ForwardedParty party)
    {
        while (party.Lines.Count > 0) Remove(party, party.Lines[^1]);
    }

    /// <summary>Takes a party's lines, ports and all, from another conversation.</summary>
    public void Take(ForwardedParty party, ForwardedMedia from)
    {
        party.Sees = [];
        if (!from._parties.Remove(party)) return;

        from.Compile();
        foreach (var line in party.Lines) line.MoveTo(this);
        _parties.Add(party);
        Compile();
    }

    public void Fault(Exception error) => onFault(error);

    /// <summary>From who sees whom to ways between lines. Runs on a change, never per packet.</summary>
    public void Compile()
    {
        foreach (var party in _parties)
        {
            foreach (var line in party.Lines) line.Viewers.Clear();
        }

        foreach (var party in _parties)
        {
            foreach (var line in party.Lines) line.See(SourceOf(party, line));
        }
    }

    private ForwardedLine? SourceOf(ForwardedParty viewer, ForwardedLine line)
    {
        if (!line.MaySend) return null;

        foreach (var seen in viewer.Sees)
        {
            if (seen.Find(line.Kind) is { MayReceive: true } source && source.Owner == this && line.CanSee(source))
            {
                return source;
            }
        }

        return null;
    }
}

/// <summary>A party's lines beside audio, and whom it sees.</summary>
internal sealed class ForwardedParty
{
    /// <summary>One of each kind.</summary>
    public const int LinesMax = 2;

    public List<ForwardedLine> Lines { get; } = new(LinesMax);

    /// <summary>Whom it sees, best first; compile after a change.</summary>
    public ForwardedParty[] Sees { get; set; } = [];

    public ForwardedLine? Find(ForwardedKind kind)
    {
        foreach (var line in Lines)
        {
            if (line.Kind == kind) return line;
        }

        return null;
    }
}

/// <summary>What is let through, each way and line.</summary>
/// <param name="VideoBitsPerSecond">0 refuses video.</param>
/// <param name="TextBitsPerSecond">0 refuses text.</param>
internal sealed record ForwardingOptions(int VideoBitsPerSecond, int TextBitsPerSecond)
{
    public int BitsPerSecond(ForwardedKind kind) =>
        kind is ForwardedKind.Video ? VideoBitsPerSecond : TextBitsPerSecond;
}
