using Microsoft.Win32.SafeHandles;

namespace OrleansAcd.Recordings.Formats;

/// <summary>Writes one logical stream of Ogg (RFC 3533) into a new file: packets into pages, a page when it is full or
/// when asked for.</summary>
/// <remarks>One thread at a time; members throw <see cref="IOException"/>.</remarks>
public sealed class OggWriter : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly uint _serial;
    private readonly byte[] _body = new byte[OggPage.SegmentsMax * 255];
    private readonly byte[] _segments = new byte[OggPage.SegmentsMax];
    private readonly byte[] _page = new byte[OggPage.BytesMax];
    private OggPage.Flags _flags = OggPage.Flags.First;
    private int _bodyBytes;
    private int _segmentCount;
    private long _granule;
    private long _offset;
    private uint _sequence;

    /// <exception cref="IOException">The file is there already, or cannot be made.</exception>
    public OggWriter(string path)
    {
        _handle = OwnFile.Create(path);
        _serial = (uint)path.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>A packet of at most one page.</summary>
    /// <param name="granule">Of the stream at this packet's end.</param>
    public void Add(ReadOnlySpan<byte> packet, long granule)
    {
        if (_segmentCount + OggPage.SegmentsOf(packet.Length) > OggPage.SegmentsMax) WritePage();

        _segmentCount += OggPage.Lace(packet.Length, _segments.AsSpan(_segmentCount));
        packet.CopyTo(_body.AsSpan(_bodyBytes));
        _bodyBytes += packet.Length;
        _granule = granule;
    }

    /// <summary>What follows begins a new page.</summary>
    public void WritePage()
    {
        var segments = _segments.AsSpan(0, _segmentCount);
        var body = _body.AsSpan(0, _bodyBytes);
        var length = OggPage.Write(_page, _flags, _granule, _serial, _sequence++, segments, body);
        (_segmentCount, _bodyBytes, _flags) = (0, 0, OggPage.Flags.None);
        RandomAccess.Write(_handle, _page.AsSpan(0, length), _offset);
        _offset += length;
    }

    /// <summary>The stream ends here (RFC 7845 section 4: the last page's granule may cut the last packet), and is on
    /// the disk.</summary>
    public void Finish(long granule)
    {
        (_granule, _flags) = (granule, _flags | OggPage.Flags.Last);
        WritePage();
        RandomAccess.FlushToDisk(_handle);
    }

    public void Dispose() => _handle.Dispose();
}
