using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace OrleansAcd.Recordings.Formats;

/// <summary>The picture of a recording: for each column and channel the lowest and the highest sample.</summary>
/// <remarks>Read once from beginning to end, never held in memory.</remarks>
public sealed class Waveform
{
    public const int WidthMax = 4_000;
    public const int HeightMax = 2_000;
    private const int BlockBytes = 64 * 1024;

    private readonly (short Low, short High)[,] _columns;

    private Waveform(WavFormat format, int width) =>
        (Format, Width, _columns) = (format, width, new (short, short)[format.Channels, width]);

    public WavFormat Format { get; }

    public int Width { get; }

    public (short Low, short High) this[int channel, int column] => _columns[channel, column];

    /// <summary>Null when the file is no WAV of ours.</summary>
    public static async Task<Waveform?> TryRead(Stream file, int width, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, WidthMax);
        if (await ReadHeader(file, cancellation).ConfigureAwait(false) is not { } header) return null;

        var waveform = new Waveform(header.Format, width);
        await waveform.Fill(file, header.Frames, cancellation).ConfigureAwait(false);
        return waveform;
    }

    /// <summary>A line for each channel, one below the other, as SVG 1.1.</summary>
    public string ToSvg(int height)
    {
        var svg = new StringBuilder();
        var band = (double)height / Format.Channels;
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" """);
        svg.Append(CultureInfo.InvariantCulture, $"""height="{height}" viewBox="0 0 {Width} {height}">""");
        for (var channel = 0; channel < Format.Channels; channel++)
        {
            svg.Append("<path fill=\"none\" stroke=\"currentColor\" d=\"");
            AppendLines(svg, channel, band);
            svg.Append("\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    private void AppendLines(StringBuilder svg, int channel, double band)
    {
        var middle = (channel + 0.5) * band;
        var scale = 0.48 * band / 32_768;
        for (var column = 0; column < Width; column++)
        {
            var (low, high) = _columns[channel, column];

            // Silence is a dot of a line, not nothing.
            var (top, bottom) = (middle - (high * scale) - 0.25, middle - (low * scale) + 0.25);
            svg.Append(CultureInfo.InvariantCulture, $"M{column}.5 {top:0.##}V{bottom:0.##}");
        }
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

    private async Task Fill(Stream file, long frames, CancellationToken cancellation)
    {
        var frameBytes = Format.FrameBytes;
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

                Add(block.AsSpan(0, count * frameBytes), frame, frames);
                frame += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private void Add(ReadOnlySpan<byte> block, long first, long frames)
    {
        var frameBytes = Format.FrameBytes;
        for (var at = 0; at < block.Length; at += frameBytes)
        {
            var column = (int)((first + (at / frameBytes)) * Width / frames);
            for (var channel = 0; channel < Format.Channels; channel++)
            {
                var sample = BinaryPrimitives.ReadInt16LittleEndian(block[(at + (2 * channel))..]);
                ref var seen = ref _columns[channel, column];
                if (sample < seen.Low) seen.Low = sample;
                if (sample > seen.High) seen.High = sample;
            }
        }
    }
}
