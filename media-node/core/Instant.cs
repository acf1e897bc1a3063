namespace OrleansAcd.MediaCore;

/// <summary>A point of monotonic time, as the media cores receive it. Zero is the start of the process or of the
/// test.</summary>
/// <remarks>Resolution is one tick (100 ns). Only shells make one from a clock.</remarks>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    public static readonly Instant Zero;
    public static readonly Instant Never = new(long.MaxValue);

    public static Instant FromMilliseconds(double value) => new((long)(value * TimeSpan.TicksPerMillisecond));

    public double TotalMilliseconds => (double)Ticks / TimeSpan.TicksPerMillisecond;

    public static Instant operator +(Instant at, TimeSpan span) => new(at.Ticks + span.Ticks);
    public static Instant operator -(Instant at, TimeSpan span) => new(at.Ticks - span.Ticks);
    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);
    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;
    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;
    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;
    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;

    public static Instant Min(Instant left, Instant right) => left < right ? left : right;

    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);
}
