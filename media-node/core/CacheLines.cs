using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace OrleansAcd.MediaCore;

/// <summary>Asks the processor for memory that is needed in a moment, without waiting for it.</summary>
/// <remarks>Between two packets of one call those of hundreds of others pass: what it keeps has left the caches by
/// then. A hint only: nothing is read, nothing can fail, and where there is no such instruction nothing happens. An
/// object that is moved meanwhile costs a line fetched for nothing.</remarks>
public static unsafe class CacheLines
{
    private const int LineBytes = 64;

    /// <summary>The beginning of an object; null is fine.</summary>
    /// <param name="lines">Lines of 64 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(object? of, int lines)
    {
        if (Sse.IsSupported) Fetch((byte*)Unsafe.As<object?, nint>(ref of), lines);
    }

    /// <summary>All of these.</summary>
    public static void Fetch(ReadOnlySpan<FetchedObject> list)
    {
        foreach (ref readonly var one in list) Fetch(one.Of, one.Lines);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* from, int lines)
    {
        for (var i = 0; i < lines; i++) Sse.Prefetch0(from + (i * LineBytes));
    }
}
