using OrleansAcd.MediaCore;

namespace OrleansAcd.Tests.Fuzz.Sip;

/// <summary>Makes damaged messages from good ones: the same seed gives the same messages. Reuses one buffer.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, ulong seed)
{
    private const int BytesMax = 80 * 1024;
    private const int TypicalBytesMax = 6 * 1024;

    private static readonly byte[][] Fragments =
    [
        .. ((string[])
        [
            "99999999999999999999", "-1", "4294967296", "2147483648", "0", "00000000000000000001", "\r\n ",
            "\r\n\t", "\r\n",
            "\r\n\r\n", "\n", "\r", "\0", "\"", "\\\"", "<", ">", "<<>>", ";", ";;", ";tag=", ",", ",,", "%", "%00",
            "%zz", "@",
            "@@", ":", "::", "[", "]", "[::1]", "[::::]", "*", "=", " ", "  ", "\t", "\u00ff", "\ud83d\ude00",
            "SIP/2.0",
            "SIP/3.0", "sip:", "tel:", "z9hG4bK", ";branch=z9hG4bK", ";rport", ";received=", ";expires=",
            ";q=1.0001", ";lr",
            "Content-Length: 5\r\n", "l: 99999\r\n", "Via: \r\n", "v: SIP/2.0/UDP a\r\n", "Contact: *\r\n",
            "Require: x\r\n",
            "Max-Forwards: 256\r\n", "CSeq: 1\r\n", "To: <", "From: \"", "Expires: -5\r\n", "a=rtpmap:", "m=audio ",
            "c=IN IP4 ",
            "RAck: 1 1 INVITE\r\n", "Session-Expires: 90\r\n", "Replaces: a;to-tag=1;from-tag=2\r\n", "ACK",
            "CANCEL", "BYE",
        ]).Select(System.Text.Encoding.UTF8.GetBytes),
    ];

    private readonly SeededIdSource _bits = new(seed);
    private readonly byte[] _buffer = new byte[BytesMax];
    private int _length;

    public ReadOnlySpan<byte> Next()
    {
        var from = corpus[Below(corpus.Count)];
        _length = Math.Min(from.Length, BytesMax);
        from.AsSpan(0, _length).CopyTo(_buffer);
        for (var steps = 1 + Below(5); steps > 0; steps--) MutateOnce();
        return _buffer.AsSpan(0, _length);
    }

    public int Below(int limit) => (int)(_bits.NextBits() % (ulong)limit);

    private void MutateOnce()
    {
        if (_length == 0) return;
        switch (Below(9))
        {
            case 0: _buffer[Below(_length)] ^= (byte)(1 << Below(8)); break;
            case 1: _buffer[Below(_length)] = (byte)_bits.NextBits(); break;
            case 2: Delete(Below(_length), 1 + Below(1 + Below(64))); break;
            case 3: Insert(Below(_length + 1), Fragments[Below(Fragments.Length)]); break;
            case 4: Splice(); break;
            case 5: DuplicateLine(); break;
            case 6: ReplaceNumber(); break;
            case 7: Fold(); break;
            default: Repeat(); break;
        }
    }

    private void Delete(int at, int count)
    {
        count = Math.Min(count, _length - at);
        _buffer.AsSpan(at + count, _length - at - count).CopyTo(_buffer.AsSpan(at));
        _length -= count;
    }

    private void Insert(int at, ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > BytesMax) return;
        _buffer.AsSpan(at, _length - at).CopyTo(_buffer.AsSpan(at + bytes.Length));
        bytes.CopyTo(_buffer.AsSpan(at));
        _length += bytes.Length;
    }

    private void Splice()
    {
        var other = corpus[Below(corpus.Count)];
        var start = Below(other.Length);
        Insert(Below(_length + 1), other.AsSpan(start, Math.Min(other.Length - start, 1 + Below(200))));
    }

    private (int Start, int End) Line()
    {
        var at = Below(_length);
        var start = _buffer.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        var end = _buffer.AsSpan(at, _length - at).IndexOf((byte)'\n');
        return (start, end < 0 ? _length : at + end + 1);
    }

    private void DuplicateLine()
    {
        var (start, end) = Line();
        Insert(Line().Start, _buffer.AsSpan(start, end - start).ToArray());
    }

    private void ReplaceNumber()
    {
        var at = Below(_length);
        while (at < _length && _buffer[at] is not (>= (byte)'0' and <= (byte)'9')) at++;
        if (at >= _length) return;

        var count = 1;
        while (at + count < _length && _buffer[at + count] is >= (byte)'0' and <= (byte)'9') count++;
        Delete(at, count);
        Insert(at, Fragments[Below(6)]);
    }

    private void Fold()
    {
        var at = Below(_length);
        for (var folds = 1 + Below(4); folds > 0; folds--) Insert(at, "\r\n "u8);
    }

    // Mostly small, now and then a flood: the limits are there to be met.
    private void Repeat()
    {
        var (start, end) = Line();
        var line = _buffer.AsSpan(start, end - start).ToArray();
        var limit = Below(500) == 0 ? BytesMax : TypicalBytesMax;
        var times = limit == BytesMax ? 2000 : 1 + Below(12);
        for (; times > 0 && _length + line.Length < limit; times--) Insert(end, line);
    }
}
