using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;

namespace OrleansAcd.Bench;

/// <summary>The whole centre, <c>acd run</c>, in a process of its own: its CPU and memory are measured apart from the
/// load's.
/// </summary>
internal sealed partial class CentreProcess : IDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("acd-bench-");
    private readonly Process _process;

    public CentreProcess(int agents)
    {
        var centre = Path.Combine(_folder.FullName, "centre.yaml");
        File.WriteAllText(centre, Yaml(agents));
        _process = Process.Start(new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "acd.dll"), "run", "--centre", centre, "--data", Data,
            "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--rtp-ports", "1024-65535"])
        {
            RedirectStandardOutput = true,
        })!;
        Sip = ReadSip();
    }

    /// <summary>Where it listens for SIP.</summary>
    public IPEndPoint Sip { get; }

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    private string Data => Path.Combine(_folder.FullName, "data");

    public static string NameOf(int agent) => $"agent{agent}";

    public static string PasswordOf(int agent) => $"secret{agent}";

    /// <summary>Stops it as a service manager does.</summary>
    /// <returns>How many records of answered calls are in its database.</returns>
    public long Stop()
    {
        _ = Kill(_process.Id, Terminate);
        if (!_process.WaitForExit(StopMax)) throw new InvalidOperationException("the centre does not stop");

        using var database = new SqliteConnection($"Data Source={Path.Combine(Data, "acd.db")};Pooling=false");
        database.Open();
        using var count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM call WHERE outcome = 'Answered'";
        return Convert.ToInt64(count.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(true);
    }

    /// <summary>No sound, no wrap-up: routing and signalling alone.</summary>
    private static string Yaml(int agents)
    {
        var text = new StringBuilder("numbers: [ { number: support, to: queue/support } ]\nqueues:\n");
        text.Append("  - { id: support, wrap-up: 0s, greeting: none, music: none }\nagents:\n");
        for (var i = 0; i < agents; i++)
        {
            var (name, password) = (NameOf(i), PasswordOf(i));
            text.Append($"  - {{ id: {name}, sip-password: {password}, queues: [support] }}\n");
        }

        return text.ToString();
    }

    private IPEndPoint ReadSip()
    {
        IPEndPoint? sip = null;
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            var at = line.IndexOf("sip:", StringComparison.Ordinal);
            if (sip is null && at >= 0) sip = IPEndPoint.Parse(line.AsSpan(at + 4).Trim().ToString().Split(' ')[0]);
            if (sip is not null && line.StartsWith("ready", StringComparison.Ordinal)) return sip;
        }

        throw new InvalidOperationException("the centre did not start");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
