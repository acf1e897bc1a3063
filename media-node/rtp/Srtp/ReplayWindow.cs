namespace OrleansAcd.Rtp.Srtp;

/// <summary>The newest packet and which of those before it were seen: RFC 3711 §3.3.2, which asks for
/// 64 or more.</summary>
internal struct ReplayWindow(ulong first)
{
    /// <summary>Two and a half seconds of voice.</summary>
    public const int Size = 128;

    private UInt128 _seen = UInt128.One;

    public ulong Highest { get; private set; } = first;

    /// <summary>Also true of what is too old to tell.</summary>
    public readonly bool IsSeen(ulong index)
    {
        if (index > Highest) return false;

        var age = Highest - index;
        return age >= Size || (_seen >> (int)age & UInt128.One) != UInt128.Zero;
    }

    public void Mark(ulong index)
    {
        if (index <= Highest)
        {
            var age = Highest - index;
            if (age < Size) _seen |= UInt128.One << (int)age;
            return;
        }

        var ahead = index - Highest;
        _seen = ahead >= Size ? UInt128.One : (_seen << (int)ahead) | UInt128.One;
        Highest = index;
    }
}
