namespace OrleansAcd.MediaNode.Io;

/// <summary>Affinity and real-time priority of the calling thread, where the system grants them.</summary>
internal static unsafe class ThreadTuning
{
    private const int CallingThread = 0;
    private const int MaskBytes = 128;

    public static void Apply(EventLoopOptions options)
    {
        if (!OperatingSystem.IsLinux()) return;

        if (options.Cpu is { } cpu) Pin(cpu);
        if (options.RealTimePriority is { } priority)
        {
            // Refused without the right to it: the loop then runs as any other thread.
            _ = LinuxNative.SetScheduler(CallingThread, LinuxNative.SchedulerFifo, &priority);
        }
    }

    public static void Pin(int cpu)
    {
        if (cpu is < 0 or >= 8 * MaskBytes) return;

        var mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[cpu / 8] = (byte)(1 << (cpu % 8));
        _ = LinuxNative.SetAffinity(CallingThread, MaskBytes, mask);
    }
}
