using System.Buffers;
using System.Buffers.Binary;

namespace OrleansAcd.Recordings.Formats;

/// <summary>The picture of a recording in WAV. Read once from beginning to end, never held in memory.</summary>
public static class WavWaveform
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Null when the file is no WAV of ours.</summary>
    public static async Task<Waveform?> TryRead(Stream file, int width, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (await ReadHeader(file, cancellation).ConfigureAwait(false) is not { } header) return null;

        var waveform = new Waveform(header.Format.Channels, width);
        await Fill(waveform, file, header.Format, header.Frames, cancellation).ConfigureAwait(false);
        return waveform;
    }

    private static async Task<(WavFormat Format, long Frames)?> ReadHeader(Stream file, CancellationToken cancellation)
    {
        var header = new byte[WavFormat.ExtensibleHeaderBytes];
        const int plain = WavFormat.PlainHeaderBytes;
        var length = await file.ReadAtLeastAsync(header.AsMemory(0, plain), plain, false, cancellation)
            .ConfigureAwait(false);
        if (length < plain) return null;

        if (BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(22)) > 2)
        {
            var rest = header.AsMemory(plain);
            length += await file.ReadAtLeastAsync(rest, rest.Length, false, cancellation).ConfigureAwait(false);
        }

        return WavFormat.TryRead(header.AsSpan(0, length), out var format, out var bytes)
            ? (format, bytes / format.FrameBytes)
            : null;
    }

    private static async Task Fill(
        Waveform waveform, Stream file, WavFormat format, long frames, CancellationToken cancellation)
    {
        var frameBytes = format.FrameBytes;
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        var whole = BlockBytes / frameBytes * frameBytes;
        try
        {
            for (var frame = 0L; frame < frames;)
            {
                var read = await file.ReadAtLeastAsync(block.AsMemory(0, whole), whole, false, cancellation)
                    .ConfigureAwait(false);
                var count = (int)Math.Min(read / frameBytes, frames - frame);
                if (count == 0) return;

                Add(waveform, block.AsSpan(0, count * frameBytes), format, frame, frames);
                frame += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static void Add(Waveform waveform, ReadOnlySpan<byte> block, WavFormat format, long first, long frames)
    {
        for (var at = 0; at < block.Length; at += format.FrameBytes)
        {
            var column = (int)((first + (at / format.FrameBytes)) * waveform.Width / frames);
            for (var channel = 0; channel < format.Channels; channel++)
            {
                var sample = BinaryPrimitives.ReadInt16LittleEndian(block[(at + (2 * channel))..]);
                waveform.Add(channel, column, sample);
            }
        }
    }
}
