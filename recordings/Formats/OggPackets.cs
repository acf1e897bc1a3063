namespace OrleansAcd.Recordings.Formats;

/// <summary>The packets of an Ogg file of ours, one page after the other (RFC 3533 section 6).</summary>
/// <remarks>Our pages hold whole packets alone. What is no page, or a damaged one, is the end.</remarks>
internal sealed class OggPackets(Stream file)
{
    private readonly byte[] _page = new byte[OggPage.BytesMax];
    private int _segments;
    private int _segment;
    private int _at;

    /// <summary>The next packet; null at the end. It lives until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> Next(CancellationToken cancellation)
    {
        while (_segment >= _segments)
        {
            if (!await ReadPage(cancellation).ConfigureAwait(false)) return null;
        }

        var from = _at;
        while (_segment < _segments)
        {
            var bytes = _page[OggPage.FixedBytes + _segment++];
            _at += bytes;
            if (bytes < 255) break;
        }

        return _page.AsMemory(from, _at - from);
    }

    private async ValueTask<bool> ReadPage(CancellationToken cancellation)
    {
        const int head = OggPage.FixedBytes;
        if (!await Fill(0, head, cancellation).ConfigureAwait(false)) return false;

        _segments = _page[head - 1];
        if (!await Fill(head, _segments, cancellation).ConfigureAwait(false)) return false;

        (_segment, _at) = (0, head + _segments);
        var body = 0;
        foreach (var bytes in _page.AsSpan(head, _segments)) body += bytes;
        if (!await Fill(_at, body, cancellation).ConfigureAwait(false)) return false;

        return OggPage.LengthOf(_page.AsSpan(0, _at + body), out _) > 0;
    }

    private async ValueTask<bool> Fill(int at, int bytes, CancellationToken cancellation)
    {
        var to = _page.AsMemory(at, bytes);
        return await file.ReadAtLeastAsync(to, bytes, false, cancellation).ConfigureAwait(false) == bytes;
    }
}
