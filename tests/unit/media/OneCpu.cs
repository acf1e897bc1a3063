using System.Runtime.InteropServices;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>Keeps the calling thread on the CPU where it is until this is disposed: what one CPU sends over loopback
/// arrives in order, what two send does not on a busy machine.</summary>
internal sealed partial class OneCpu : IDisposable
{
    private const int MaskBytes = 128;
    private const int BitsPerByte = 8;

    private readonly byte[] _before = new byte[MaskBytes];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public OneCpu()
    {
        var cpu = CurrentCpu();
        if (cpu is < 0 or >= MaskBytes * BitsPerByte || GetAffinity(0, MaskBytes, _before) < 0)
            throw new InvalidOperationException("the system does not say where this thread runs");

        var only = new byte[MaskBytes];
        only[cpu / BitsPerByte] = (byte)(1 << (cpu % BitsPerByte));
        if (SetAffinity(0, MaskBytes, only) != 0) throw new InvalidOperationException($"not kept on CPU {cpu}");
    }

    /// <summary>Whether the caller is the thread that is kept.</summary>
    public bool IsThisThread => Environment.CurrentManagedThreadId == _thread;

    public void Dispose()
    {
        if (IsThisThread) _ = SetAffinity(0, MaskBytes, _before);
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int CurrentCpu();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint bytes, [Out] byte[] mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint bytes, byte[] mask);
}
