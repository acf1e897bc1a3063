using System.Diagnostics;

namespace OrleansAcd.Audio.Detection;

/// <summary>Cuts audio of any length into overlapping windows at 8 kHz: every hop gives one.</summary>
/// <remarks>Takes 8 or 16 kHz, 16-bit linear, mono; windows are floats of the same scale. Allocates nothing after its
/// making.</remarks>
internal sealed class HopBuffer
{
    private readonly float[] _window;
    private readonly int _hop;
    private readonly HalfRate? _halfRate;
    private int _filled;

    public HopBuffer(int sampleRateHz, int windowSamples, int hopSamples)
    {
        if (sampleRateHz is not (8_000 or 16_000)) throw new ArgumentOutOfRangeException(nameof(sampleRateHz));
        Debug.Assert(hopSamples <= windowSamples, "hops lie inside the window");
        _window = new float[windowSamples];
        _hop = hopSamples;
        _halfRate = sampleRateHz == 16_000 ? new HalfRate() : null;
    }

    /// <summary>The newest samples, oldest first.</summary>
    public ReadOnlySpan<float> Window => _window;

    /// <summary>Samples at 8 kHz up to the window's end.</summary>
    public long Position { get; private set; }

    /// <summary>Takes from <paramref name="pcm"/> until a hop is whole; what it took is cut off.</summary>
    /// <returns>True when a window is ready; false when all was taken.</returns>
    public bool TryFill(ref ReadOnlySpan<short> pcm)
    {
        if (_filled == _hop) MakeRoom();
        var room = _window.AsSpan(_window.Length - _hop + _filled);
        var made = 0;
        var taken = _halfRate?.Take(pcm, room, out made) ?? (made = Copy(pcm, room));
        pcm = pcm[taken..];
        _filled += made;
        Position += made;
        return _filled == _hop;
    }

    private void MakeRoom()
    {
        Array.Copy(_window, _hop, _window, 0, _window.Length - _hop);
        _filled = 0;
    }

    private static int Copy(ReadOnlySpan<short> pcm, Span<float> room)
    {
        var count = Math.Min(pcm.Length, room.Length);
        for (var i = 0; i < count; i++) room[i] = pcm[i];
        return count;
    }
}
