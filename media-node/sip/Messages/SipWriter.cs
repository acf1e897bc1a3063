using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansAcd.Sip.Messages;

/// <summary>Messages to bytes. Content-Length is always written from the body (RFC 3261 §20.14).</summary>
/// <remarks>CR and LF in a value would start a new header: they are written as blanks.</remarks>
public static class SipWriter
{
    public static byte[] ToArray(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var buffer = ArrayPool<byte>.Shared.Rent(SizeMax(message));
        try
        {
            return buffer.AsSpan(0, WriteTo(message, buffer)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static void Write(SipMessage message, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(writer);
        writer.Advance(WriteTo(message, writer.GetSpan(SizeMax(message))));
    }

    /// <summary>How many bytes a message can need at most.</summary>
    public static int SizeMax(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var chars = message switch
        {
            SipRequest request => request.Method.Length + request.RequestUri.ToString().Length,
            SipResponse response => response.ReasonPhrase.Length,
            _ => 0,
        };
        foreach (ref readonly var header in message.Headers.Items)
        {
            chars += header.Name.Length + header.Value.Length + 4;
        }

        return (chars * 3) + message.Body.Length + 64;
    }

    private static int WriteTo(SipMessage message, Span<byte> buffer)
    {
        var output = new Cursor(buffer);
        WriteStartLine(message, ref output);
        foreach (ref readonly var header in message.Headers.Items)
        {
            if (header.Id is SipHeaderId.ContentLength) continue;
            output.Text(header.Name);
            output.Bytes(": "u8);
            output.Text(header.Value);
            output.Bytes("\r\n"u8);
        }

        output.Bytes("Content-Length: "u8);
        output.Number(message.Body.Length);
        output.Bytes("\r\n\r\n"u8);
        output.Bytes(message.Body.Span);
        return output.Length;
    }

    private static void WriteStartLine(SipMessage message, ref Cursor output)
    {
        if (message is SipRequest request)
        {
            output.Text(request.Method);
            output.Bytes(" "u8);
            output.Text(request.RequestUri.ToString());
            output.Bytes(" SIP/2.0\r\n"u8);
            return;
        }

        var response = (SipResponse)message;
        output.Bytes("SIP/2.0 "u8);
        output.Number(response.StatusCode);
        output.Bytes(" "u8);
        output.Text(response.ReasonPhrase);
        output.Bytes("\r\n"u8);
    }

    private ref struct Cursor(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;

        public int Length { get; private set; }

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_buffer[Length..]);
            Length += bytes.Length;
        }

        public void Text(string text)
        {
            var written = Encoding.UTF8.GetBytes(text, _buffer[Length..]);
            var span = _buffer.Slice(Length, written);
            if (span.ContainsAny((byte)'\r', (byte)'\n'))
            {
                span.Replace((byte)'\r', (byte)' ');
                span.Replace((byte)'\n', (byte)' ');
            }

            Length += written;
        }

        public void Number(int value)
        {
            value.TryFormat(_buffer[Length..], out var written, default, CultureInfo.InvariantCulture);
            Length += written;
        }
    }
}
