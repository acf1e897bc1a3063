using System.Globalization;
using System.Text;

namespace OrleansAcd.Recordings.Formats;

/// <summary>The picture of a recording: for each column and channel the lowest and the highest sample. Pure.</summary>
public sealed class Waveform
{
    public const int WidthMax = 4_000;
    public const int HeightMax = 2_000;

    private readonly (short Low, short High)[,] _columns;

    /// <exception cref="ArgumentOutOfRangeException">No channel, or a width beyond 1 to <see cref="WidthMax"/>.</exception>
    public Waveform(int channels, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, WidthMax);
        (Channels, Width, _columns) = (channels, width, new (short, short)[channels, width]);
    }

    public int Channels { get; }

    public int Width { get; }

    public (short Low, short High) this[int channel, int column] => _columns[channel, column];

    /// <summary>Adds samples of one channel.</summary>
    /// <param name="first">Where the first one stands; what is not within 0 to <paramref name="frames"/> is left
    /// out.</param>
    /// <param name="frames">How many samples the whole recording has.</param>
    public void Add(int channel, ReadOnlySpan<short> samples, long first, long frames)
    {
        for (var i = 0; i < samples.Length; i++)
        {
            var at = first + i;
            if (at >= 0 && at < frames) Add(channel, (int)(at * Width / frames), samples[i]);
        }
    }

    internal void Add(int channel, int column, short sample)
    {
        ref var seen = ref _columns[channel, column];
        if (sample < seen.Low) seen.Low = sample;
        if (sample > seen.High) seen.High = sample;
    }

    /// <summary>A line for each channel, one below the other, as SVG 1.1.</summary>
    public string ToSvg(int height)
    {
        var svg = new StringBuilder();
        var band = (double)height / Channels;
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" """);
        svg.Append(CultureInfo.InvariantCulture, $"""height="{height}" viewBox="0 0 {Width} {height}">""");
        for (var channel = 0; channel < Channels; channel++)
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
}
