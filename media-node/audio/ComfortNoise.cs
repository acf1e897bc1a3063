namespace OrleansAcd.Audio;

/// <summary>Comfort noise by RFC 3389: the level, and where the peer says so the spectrum, of silence.</summary>
/// <remarks>16-bit linear PCM, mono, any rate. Silent until the first payload. Allocates nothing after its making; one
/// thread at a time.</remarks>
public sealed class ComfortNoise
{
    /// <summary>RFC 3389 section 3.3: reflection coefficients beyond these are ignored.</summary>
    public const int OrderMax = 10;

    /// <summary>Louder than any background: a payload that says so is not believed.</summary>
    private const int LoudestDbov = 30;
    private const int QuietestDbov = 127;

    private readonly float[] _reflections = new float[OrderMax];
    private readonly float[] _backwards = new float[OrderMax + 1];
    private int _order;
    private float _excitation;
    private uint _random = 0x2545_F491;

    /// <summary>A payload has come since the last reset.</summary>
    public bool IsActive { get; private set; }

    /// <summary>RFC 3389 section 3.1 and 3.2: the level in -dBov, then reflection coefficients.</summary>
    /// <returns>False when the payload is empty.</returns>
    public bool Update(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return false;

        IsActive = true;
        var level = Math.Clamp(payload[0] & 0x7F, LoudestDbov, QuietestDbov);
        SetSpectrum(payload[1..]);

        // Section 3.1: 0 dBov is a full-scale square wave. Uniform noise of peak a has a power of a * a / 3.
        var rms = 32_767 * MathF.Pow(10, -level / 20f);
        var prediction = 1f;
        foreach (var k in _reflections.AsSpan(0, _order)) prediction *= 1 - (k * k);
        _excitation = rms * MathF.Sqrt(3 * prediction);
        return true;
    }

    /// <summary>Noise for all of a frame; silence where no payload has come.</summary>
    public void Fill(Span<short> pcm)
    {
        foreach (ref var sample in pcm)
        {
            var value = (int)MathF.Round(Shape(_excitation * Uniform()));
            sample = (short)Math.Clamp(value, short.MinValue, short.MaxValue);
        }
    }

    /// <summary>Speech begins, or another source: silence until the next payload.</summary>
    public void Reset()
    {
        (IsActive, _excitation, _order) = (false, 0, 0);
        Array.Clear(_backwards);
    }

    /// <summary>Section 3.2: a coefficient N stands for (N - 127) / 128; all lie inside the unit circle.</summary>
    private void SetSpectrum(ReadOnlySpan<byte> coefficients)
    {
        var order = Math.Min(coefficients.Length, OrderMax);
        for (var i = 0; i < order; i++) _reflections[i] = (Math.Min(coefficients[i], (byte)254) - 127) / 128f;
        if (order != _order) Array.Clear(_backwards);
        _order = order;
    }

    /// <summary>An all-pole lattice: stable whatever coefficients the peer sends.</summary>
    private float Shape(float forward)
    {
        for (var i = _order; i > 0; i--)
        {
            var k = _reflections[i - 1];
            forward -= k * _backwards[i - 1];
            _backwards[i] = _backwards[i - 1] + (k * forward);
        }

        _backwards[0] = forward;
        return forward;
    }

    /// <summary>-1 to 1, the same sequence every time.</summary>
    private float Uniform()
    {
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        return (int)_random / 2_147_483_648f;
    }
}
