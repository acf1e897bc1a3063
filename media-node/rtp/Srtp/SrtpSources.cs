using System.Diagnostics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Rtp.Srtp;

/// <summary>Which packets of which source were seen: rollover counter, highest sequence and replay window of each
/// (RFC 3711 §3.3.1, §3.3.2).</summary>
/// <remarks>Nothing is known of a source before its first authentic packet, and only authentic ones change
/// anything.</remarks>
internal sealed class SrtpSources
{
    /// <summary>Sources kept; a change of SSRC is rare within a call.</summary>
    public const int SourcesMax = 16;

    /// <summary>§3.3.1: an index has 48 bits; §9.2: no key outlives it.</summary>
    public const ulong RtpIndexMax = (1UL << 48) - 1;

    private readonly Source[] _sources = new Source[SourcesMax];
    private int _count;
    private int _last;
    private long _uses;

    public bool IsFull => _count == SourcesMax;

    /// <summary>The place of a source, or -1 when it is new.</summary>
    public int Find(uint ssrc)
    {
        if (_last < _count && _sources[_last].Ssrc == ssrc) return _last;

        for (var i = 0; i < _count; i++)
        {
            if (_sources[i].Ssrc == ssrc) return i;
        }

        return -1;
    }

    /// <summary>§3.3.1, appendix A: the index that this sequence number most probably means; null beyond the
    /// last.</summary>
    public ulong? Estimate(int place, ushort sequence)
    {
        if (place < 0) return sequence;

        var highest = _sources[place].Window.Highest;
        var difference = unchecked((short)(sequence - (ushort)highest));

        // Before the first packet of all there is nothing: the sequence can only be ahead.
        if (difference < 0 && highest < (ulong)-difference) return highest + (ulong)(ushort)difference;

        var index = unchecked(highest + (ulong)(long)difference);
        return index <= RtpIndexMax ? index : null;
    }

    public bool IsSeen(int place, ulong index) => place >= 0 && _sources[place].Window.IsSeen(index);

    /// <summary>The highest index of a known source.</summary>
    public ulong Highest(int place) => _sources[place].Window.Highest;

    /// <summary>An authentic packet: marks its index; a new source takes the place of the one unused for
    /// longest.</summary>
    public void Accept(int place, uint ssrc, ulong index)
    {
        if (place < 0)
        {
            place = _count < SourcesMax ? _count++ : Oldest();
            _sources[place] = new Source { Ssrc = ssrc, Window = new ReplayWindow(index) };
        }
        else
        {
            Debug.Assert(_sources[place].Ssrc == ssrc, "the place of another source");
            _sources[place].Window.Mark(index);
        }

        if (_last != place) _uses++;
        _sources[place].LastUse = _uses;
        _last = place;
    }

    /// <summary>What a packet needs of it: mostly there is one source.</summary>
    public void ListMemory(ICollection<FetchedObject> list)
    {
        list.Add(new FetchedObject(this, 1));
        list.Add(new FetchedObject(_sources, 2));
    }

    private int Oldest()
    {
        var oldest = 0;
        for (var i = 1; i < _count; i++)
        {
            if (_sources[i].LastUse < _sources[oldest].LastUse) oldest = i;
        }

        return oldest;
    }

    private struct Source
    {
        public uint Ssrc;
        public long LastUse;
        public ReplayWindow Window;
    }
}
