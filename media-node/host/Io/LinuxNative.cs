using System.Reflection;
using System.Runtime.InteropServices;

namespace OrleansAcd.MediaNode.Io;

/// <summary>The Linux system calls that the loop uses, blittable: no marshalling, no allocation. Values are Linux's
/// own.</summary>
internal static unsafe partial class LinuxNative
{
    public const int AddressFamilyInet = 2;
    public const int AddressFamilyInet6 = 10;
    public const int SocketStream = 1;
    public const int SocketDatagram = 2;
    public const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    public const int EpollCloseOnExec = 0x80000;

    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;
    public const uint EpollIn = 0x001;
    public const uint EpollOut = 0x004;
    public const uint EpollError = 0x008;
    public const uint EpollHangUp = 0x010;

    public const int SolSocket = 1;
    public const int SoReuseAddress = 2;
    public const int SoError = 4;
    public const int SoReceiveBuffer = 8;
    public const int ProtocolIp = 0;
    public const int IpTos = 1;
    public const int ProtocolTcp = 6;
    public const int TcpNoDelay = 1;
    public const int ProtocolIpV6 = 41;
    public const int IpV6TrafficClass = 67;

    public const int ErrorInterrupted = 4;
    public const int ErrorAgain = 11;
    public const int ErrorPipe = 32;
    public const int ErrorConnectionAborted = 103;
    public const int ErrorConnectionReset = 104;
    public const int ErrorConnectionRefused = 111;
    public const int ErrorInProgress = 115;

    public const int MessageNoSignal = 0x4000;
    public const int SchedulerFifo = 1;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int fd, void* epollEvent);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, void* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, void* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, void* address, uint length);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int fd, void* address, uint length);

    [LibraryImport(Library, EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int fd, int backlog);

    [LibraryImport(Library, EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int fd, void* address, uint* length, int flags);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSocketName(int fd, void* address, uint* length);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int fd, void* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, void* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "recvfrom", SetLastError = true)]
    public static partial nint ReceiveFrom(
        int fd, void* buffer, nint length, int flags, void* address, uint* addressLength);

    [LibraryImport(Library, EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int fd, void* buffer, nint length, int flags, void* address, uint addressLength);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int fd, int level, int option, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(int fd, int level, int option, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nint length, void* mask);

    [LibraryImport(Library, EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static partial int SetScheduler(int thread, int policy, int* priority);

    /// <summary>Looks up every call in libc now. Left alone, each is looked up when it is first made, which takes locks
    /// and 32 bytes of the heap: on a packet path, then.</summary>
    public static void Bind()
    {
        var all = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (var method in typeof(LinuxNative).GetMethods(all))
        {
            if ((method.Attributes & MethodAttributes.PinvokeImpl) != 0) Marshal.Prelink(method);
        }
    }

    /// <summary>The last call's error as a status; every refusal the network can cause has one.</summary>
    public static IoStatus LastStatus() => Marshal.GetLastPInvokeError() switch
    {
        ErrorAgain or ErrorInterrupted or ErrorInProgress => IoStatus.WouldBlock,
        ErrorConnectionRefused => IoStatus.Refused,
        ErrorPipe or ErrorConnectionReset or ErrorConnectionAborted => IoStatus.Closed,
        _ => IoStatus.Failed,
    };

    public static void SetOption(int fd, int level, int option, int value) =>
        _ = SetSocketOption(fd, level, option, &value, sizeof(int));
}
