using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OrleansAcd.Bench;

/// <summary>The yardstick: relay.c, compiled now, in a process of its own.</summary>
internal sealed class CRelay : IMeasuredRelay, IDisposable
{
    private readonly Process _process;

    public CRelay(string program, int calls, int cpu)
    {
        string[] arguments = ["relay", calls.ToString(CultureInfo.InvariantCulture), cpu.ToString(CultureInfo.InvariantCulture)];
        _process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var ports = new StringBuilder();
        while (_process.StandardOutput.ReadLine() is { } line && line != "ready") ports.Append(line).Append('\n');
        Ports = ports.ToString();
    }

    public string Ports { get; }

    /// <summary>The program's path, or null when there is no compiler.</summary>
    public static string? Compile()
    {
        var folder = Directory.CreateTempSubdirectory("acd-bench-");
        var source = Path.Combine(folder.FullName, "relay.c");
        var program = Path.Combine(folder.FullName, "relay");
        using (var stream = typeof(CRelay).Assembly.GetManifestResourceStream("relay.c")!)
        using (var file = File.Create(source)) stream.CopyTo(file);
        try
        {
            using var gcc = Process.Start("gcc", ["-O2", "-Wall", "-Werror", "-o", program, source]);
            gcc.WaitForExit();
            return gcc.ExitCode == 0 ? program : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    public (long Packets, long CpuNanoseconds, long AllocatedBytes) Read()
    {
        _process.StandardInput.Write("?\n");
        _process.StandardInput.Flush();
        var parts = _process.StandardOutput.ReadLine()!.Split(' ');
        var culture = CultureInfo.InvariantCulture;
        return (long.Parse(parts[0], culture), long.Parse(parts[1], culture), 0);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
