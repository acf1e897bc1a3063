using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansAcd.Recordings.Formats;

/// <summary>Files that only their owner may read, and folders whose changes are on the disk.</summary>
public static partial class OwnFile
{
    private const int ReadOnly = 0;

    /// <summary>Makes a file that is not there yet; others may read it while it is written.</summary>
    public static SafeFileHandle Create(string path, FileMode mode = FileMode.CreateNew)
    {
        const FileShare all = FileShare.ReadWrite | FileShare.Delete;
        var handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, all);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return handle;
    }

    /// <summary>A small file, whole or not at all: written beside, then renamed.</summary>
    /// <param name="isDurable">Whether a power cut must not lose it.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool isDurable = true)
    {
        var beside = path + ".new";
        using (var handle = Create(beside, FileMode.Create))
        {
            RandomAccess.Write(handle, content, 0);
            if (isDurable) RandomAccess.FlushToDisk(handle);
        }

        File.Move(beside, path, overwrite: true);
    }

    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Names in a folder are only then safe from a power cut. Where it cannot be done it is not.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;

        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0) return;

        _ = Sync(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
