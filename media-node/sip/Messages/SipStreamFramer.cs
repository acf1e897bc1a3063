using System.Buffers;
using System.Text;

namespace OrleansAcd.Sip.Messages;

/// <summary>What a stream framer found next.</summary>
public enum SipFrame
{
    /// <summary>Nothing whole yet.</summary>
    NeedMore,

    /// <summary>A whole message.</summary>
    Message,

    /// <summary>A double CRLF, RFC 5626 §3.5.1: answer one CRLF.</summary>
    Ping,

    /// <summary>The stream cannot be cut into messages any more: close the connection. The first time, the header part
    /// that broke it comes along where it was whole, so that it can be answered and counted.</summary>
    Error,
}

/// <summary>Cuts a byte stream into messages by Content-Length, RFC 3261 §18.3 and §7.5.</summary>
/// <remarks>Push bytes, then take frames until <see cref="SipFrame.NeedMore"/>. A span from <see cref="TryTake"/> is
/// good until the next call. Holds at most one message of <see cref="SipLimits.MessageBytesMax"/> and one push. Not
/// thread-safe. </remarks>
public sealed class SipStreamFramer : IDisposable
{
    /// <summary>What to send for a <see cref="SipFrame.Ping"/>.</summary>
    public static ReadOnlySpan<byte> Pong => "\r\n"u8;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _start;
    private int _end;
    private int _scanned;
    private bool _failed;

    /// <summary>Bytes that wait for the rest of their message.</summary>
    public int BufferedBytes => _end - _start;

    public void Push(ReadOnlySpan<byte> bytes)
    {
        if (_failed) return;
        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    public SipFrame TryTake(out ReadOnlySpan<byte> message)
    {
        message = default;
        if (_failed) return SipFrame.Error;
        if (TakePing(out var ping)) return SipFrame.Ping;
        if (ping) return SipFrame.NeedMore;

        var pending = _buffer.AsSpan(_start, _end - _start);
        var headerEnd = pending[_scanned..].IndexOf("\r\n\r\n"u8);
        if (headerEnd < 0)
        {
            _scanned = Math.Max(0, pending.Length - 3);
            return pending.Length > SipLimits.MessageBytesMax ? Fail() : SipFrame.NeedMore;
        }

        var bodyStart = _scanned + headerEnd + 4;
        var isCut = TryReadLength(pending[..bodyStart], out var bodyLength)
            && bodyStart + bodyLength <= SipLimits.MessageBytesMax;
        if (!isCut)
        {
            message = pending[..Math.Min(bodyStart, SipLimits.MessageBytesMax)];
            return Fail();
        }

        _scanned += headerEnd;
        if (bodyStart + bodyLength > pending.Length) return SipFrame.NeedMore;

        message = pending[..(int)(bodyStart + bodyLength)];
        _start += message.Length;
        _scanned = 0;
        return SipFrame.Message;
    }

    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _failed = true;
    }

    private SipFrame Fail()
    {
        _failed = true;
        return SipFrame.Error;
    }

    /// <summary>Skips line breaks before a message. True for a whole ping; <paramref name="waiting"/> when what is
    /// there may become one.</summary>
    private bool TakePing(out bool waiting)
    {
        waiting = false;
        if (_scanned > 0) return false;

        var pending = _buffer.AsSpan(_start, _end - _start);
        if (pending.StartsWith("\r\n\r\n"u8))
        {
            _start += 4;
            return true;
        }

        waiting = pending.Length < 4 && "\r\n\r\n"u8.StartsWith(pending);
        if (!waiting && pending.StartsWith("\r\n"u8)) _start += 2;
        return false;
    }

    /// <summary>§20.14: "If a stream-based protocol is used as transport, the header field MUST be used."</summary>
    private static bool TryReadLength(ReadOnlySpan<byte> headers, out long length)
    {
        length = -1;
        var at = headers.IndexOf("\r\n"u8) + 2;
        while (at < headers.Length - 2)
        {
            var end = headers[at..].IndexOf("\r\n"u8);
            var line = headers.Slice(at, end);
            at += end + 2;
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[0] is (byte)' ' or (byte)'\t') continue;

            var name = line[..colon].TrimEnd(" \t"u8);
            if (name.IsEmpty || SipHeaderNames.Find(name) is not SipHeaderId.ContentLength) continue;
            while (at < headers.Length - 2 && headers[at] is (byte)' ' or (byte)'\t')
            {
                end = headers[at..].IndexOf("\r\n"u8);
                line = line.Trim(" \t"u8).Length > colon + 1 ? line : Join(line, headers.Slice(at, end));
                at += end + 2;
            }

            if (!TryReadNumber(line[(colon + 1)..], ref length)) return false;
        }

        return length >= 0;
    }

    private static ReadOnlySpan<byte> Join(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail) =>
        (byte[])[.. head, .. tail];

    private static bool TryReadNumber(ReadOnlySpan<byte> text, ref long length)
    {
        Span<char> digits = stackalloc char[16];
        text = text.Trim(" \t"u8);
        if (text.Length > digits.Length) return false;

        var count = Encoding.ASCII.GetChars(text, digits);
        if (!SipText.TryParseNumber(digits[..count], out var number)) return false;
        if (length >= 0 && length != number) return false;

        length = number;
        return true;
    }

    private void MakeRoom(int count)
    {
        if (_end + count <= _buffer.Length) return;

        var pending = _end - _start;
        var target = pending + count <= _buffer.Length
            ? _buffer : ArrayPool<byte>.Shared.Rent(Math.Max(pending + count, _buffer.Length * 2));
        _buffer.AsSpan(_start, pending).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        (_start, _end) = (0, pending);
    }
}
