using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>A program that we did not write, or our own started as users start it: its output is read line by line,
/// waited
/// for by pattern, and it is stopped by process id.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    private const int LinesMax = 20_000;

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Regex Pattern, TaskCompletionSource<Match> Found)> _waiters = [];

    private PeerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public string Output
    {
        get { lock (_gate) return string.Join('\n', _lines); }
    }

    public static PeerProcess Start(string program, IEnumerable<string> arguments, string workingFolder,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;

        var peer = new PeerProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        peer._process.OutputDataReceived += (_, line) => peer.OnLine(line.Data);
        peer._process.ErrorDataReceived += (_, line) => peer.OnLine(line.Data);
        peer._process.Start();
        peer._process.BeginOutputReadLine();
        peer._process.BeginErrorReadLine();
        return peer;
    }

    /// <summary>Completes when a line matches, past lines included; fails with the whole output when none does in
    /// time.</summary>
    public async Task<Match> WaitForLine(string pattern, TimeSpan within)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        var found = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            foreach (var line in _lines)
            {
                var match = regex.Match(line);
                if (match.Success) return match;
            }

            _waiters.Add((regex, found));
        }

        try
        {
            return await found.Task.WaitAsync(within);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"no line matched '{pattern}' within {within}; the output was:\n{Output}");
        }
    }

    public Task Type(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Waits for the end; the exit code.</summary>
    public async Task<int> WaitForExit(TimeSpan within)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(within);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"'{_process.StartInfo.FileName}' did not end within {within}; its output was:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>SIGINT, as Ctrl-C does.</summary>
    public void Interrupt() => Signal("-INT");

    /// <summary>SIGHUP: read anew what has changed.</summary>
    public void Hangup() => Signal("-HUP");

    /// <summary>SIGKILL: no goodbye.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            try
            {
                Kill();
                await _process.WaitForExitAsync();
            }
            catch (InvalidOperationException)
            {
                // It ended by itself in between.
            }
        }

        _process.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(global::System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private void OnLine(string? line)
    {
        if (line is null) return;

        lock (_gate)
        {
            if (_lines.Count < LinesMax) _lines.Add(line);
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                var match = _waiters[i].Pattern.Match(line);
                if (!match.Success) continue;

                _waiters[i].Found.TrySetResult(match);
                _waiters.RemoveAt(i);
            }
        }
    }
}
