using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansAcd.MediaNode.Io;

/// <summary>epoll, level-triggered, with an eventfd to be woken by.</summary>
internal sealed unsafe class EpollPoller : Poller
{
    /// <summary>struct epoll_event is packed on x86 and naturally aligned elsewhere.</summary>
    private static readonly bool s_isPacked =
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private static readonly int s_eventBytes = s_isPacked ? 12 : 16;
    private static readonly int s_dataOffset = s_isPacked ? 4 : 8;

    private const ulong WakeData = ulong.MaxValue;

    private readonly int _epoll = Check(LinuxNative.EpollCreate(LinuxNative.EpollCloseOnExec));
    private readonly int _wake = Check(LinuxNative.EventFd(0, LinuxNative.NonBlockingCloseOnExec));

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(ReadyMax * s_eventBytes));
    private readonly ReadySlot[] _ready = new ReadySlot[ReadyMax];
    private readonly Lock _wakeLock = new();
    private bool _isClosed;

    public EpollPoller()
    {
        Control(LinuxNative.EpollAdd, _wake, LinuxNative.EpollIn, WakeData);
    }

    internal override void Add(NetSocket socket, uint generation, bool wantsWrite) =>
        Control(LinuxNative.EpollAdd, socket.Descriptor, Interest(wantsWrite), Data(socket, generation));

    internal override void SetWriteInterest(NetSocket socket, uint generation, bool wantsWrite) =>
        Control(LinuxNative.EpollModify, socket.Descriptor, Interest(wantsWrite), Data(socket, generation));

    internal override void Remove(NetSocket socket) => Control(LinuxNative.EpollDelete, socket.Descriptor, 0, 0);

    internal override ReadOnlySpan<ReadySlot> Wait(TimeSpan? timeout)
    {
        // Rounded up: waking before a deadline would spin.
        var milliseconds = timeout is { } span ? (int)Math.Clamp(Math.Ceiling(span.TotalMilliseconds), 0, 60_000) : -1;
        var count = LinuxNative.EpollWait(_epoll, _events, ReadyMax, milliseconds);
        var ready = 0;
        for (var i = 0; i < count; i++)
        {
            var at = _events + (i * s_eventBytes);
            var data = Unsafe.ReadUnaligned<ulong>(at + s_dataOffset);
            if (data == WakeData) _ = ReadCounter(_wake);
            else _ready[ready++] = ToReady(data, Unsafe.ReadUnaligned<uint>(at));
        }

        return _ready.AsSpan(0, ready);
    }

    internal override void Wake()
    {
        // Once closed the descriptor may be anybody's; wakers are on other threads, and come here once a turn at most.
        lock (_wakeLock)
        {
            if (_isClosed) return;

            ulong one = 1;
            _ = LinuxNative.Write(_wake, &one, sizeof(ulong));
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (_wakeLock)
        {
            if (_isClosed) return;

            _isClosed = true;
            _ = LinuxNative.Close(_wake);
        }

        _ = LinuxNative.Close(_epoll);
        NativeMemory.Free(_events);
    }

    private static ReadySlot ToReady(ulong data, uint events)
    {
        // An error or hang-up wakes both sides: the next call on the socket learns which it is.
        var isBroken = (events & (LinuxNative.EpollError | LinuxNative.EpollHangUp)) != 0;
        return new ReadySlot(
            (int)(uint)data,
            (uint)(data >> 32),
            isBroken || (events & LinuxNative.EpollIn) != 0,
            isBroken || (events & LinuxNative.EpollOut) != 0);
    }

    private static uint Interest(bool wantsWrite) => LinuxNative.EpollIn | (wantsWrite ? LinuxNative.EpollOut : 0);

    private static ulong Data(NetSocket socket, uint generation) => ((ulong)generation << 32) | (uint)socket.Slot;

    private static ulong ReadCounter(int fd)
    {
        ulong value;
        return LinuxNative.Read(fd, &value, sizeof(ulong)) == sizeof(ulong) ? value : 0;
    }

    private void Control(int operation, int fd, uint events, ulong data)
    {
        var buffer = stackalloc byte[16];
        Unsafe.WriteUnaligned(buffer, events);
        Unsafe.WriteUnaligned(buffer + s_dataOffset, data);
        Check(LinuxNative.EpollControl(_epoll, operation, fd, buffer));
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new IOException($"The system refuses an epoll call: error {Marshal.GetLastPInvokeError()}.");
}
