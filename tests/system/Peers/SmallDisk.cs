using System.Diagnostics;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A disk of a few megabytes that can be filled: a tmpfs, so it needs the right to mount.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string _ballast;

    private SmallDisk(string path) => (Path, _ballast) = (path, global::System.IO.Path.Combine(path, "ballast"));

    public string Path { get; }

    /// <summary>Null where this process may not mount.</summary>
    public static SmallDisk? TryMount(TestFolder folder)
    {
        var path = Directory.CreateDirectory(folder.File("disk")).FullName;
        return Run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", path) == 0 ? new SmallDisk(path) : null;
    }

    /// <summary>Leaves not a byte.</summary>
    public void Fill()
    {
        using var file = new FileStream(_ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4_096];
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    public void Free() => File.Delete(_ballast);

    public void Dispose() => Run("umount", "-l", Path);

    private static int Run(string program, params IEnumerable<string> arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (global::System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
