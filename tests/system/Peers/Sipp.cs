using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Debian's sipp, run on one of the scenarios of this folder.</summary>
public sealed class Sipp : IAsyncDisposable
{
    private readonly PeerProcess _process;
    private readonly string _scenario;
    private readonly string _trace;
    private readonly int _port;

    private Sipp(PeerProcess process, string scenario, string trace, int port) =>
        (_process, _scenario, _trace, _port) = (process, scenario, trace, port);

    /// <summary>All that it sent and received so far.</summary>
    public string Messages => File.ReadAllText(_trace + ".log");

    /// <summary>Starts a scenario; it ends by itself after its calls with exit code 0 when every call went as the
    /// scenario says.</summary>
    /// <param name="user">The [service] of the scenario: the number called, or the agent that registers.</param>
    /// <param name="port">The local SIP port.</param>
    public static Sipp Start(
        TestFolder folder, string scenario, string user, string target, int port, SippOptions? options = null)
    {
        options ??= new SippOptions();
        var trace = folder.File($"{scenario}-{port}");
        List<string> arguments =
        [
            "-sf", FileOf(folder, scenario, port, options.LostPercent),
            "-i", "127.0.0.1", "-p", Number(port), "-s", user,
            "-mi", "127.0.0.1", "-mp", Number(FreePorts.Udp(4)),
            "-m", Number(options.Calls), "-l", Number(options.Calls), "-r", Number(options.Rate),
            "-d", Number((int)options.Pause.TotalMilliseconds),
            "-t", options.Tcp ? "t1" : "u1", "-nostdin", "-timeout", "60s", "-timeout_error",
            "-trace_err", "-error_file", trace + ".err", "-trace_msg", "-message_file", trace + ".log",
        ];
        if (options.Echo) arguments.Add("-rtp_echo");
        arguments.Add(target);
        return new Sipp(PeerProcess.Start("sipp", arguments, folder.Path), scenario, trace, port);
    }

    /// <summary>Registers an agent's phone at this port, before sipp takes the port.</summary>
    public static async Task Register(string agent, string password, string target, int port, bool tcp = false)
    {
        using var registration = new Registration(target, port, tcp);
        Assert.Equal(200, await registration.Register(agent, password));
    }

    /// <summary>Waits until it has its port: who calls it before is refused.</summary>
    public Task Listens() => Eventually.Is(() => Listeners().Any(end => end.Port == _port), $"sipp {_scenario} listens");

    /// <summary>Waits for its end and fails with what it says unless all went well.</summary>
    public async Task Done()
    {
        var code = await _process.WaitForExit(TimeSpan.FromSeconds(70));
        var errors = _trace + ".err";
        Assert.True(
            code == 0,
            $"sipp {_scenario} ended with {code}:\n{(File.Exists(errors) ? File.ReadAllText(errors) : _process.Output)}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static IEnumerable<IPEndPoint> Listeners()
    {
        var sockets = IPGlobalProperties.GetIPGlobalProperties();
        return sockets.GetActiveUdpListeners().Concat(sockets.GetActiveTcpListeners());
    }

    /// <summary>The scenario's file, or a copy in which so many messages are dropped on either way.</summary>
    /// <remarks>Not its 180s: sipp takes the repetition of a request that it has sent no response to for an unexpected
    /// one, and gives the call up.</remarks>
    private static string FileOf(TestFolder folder, string scenario, int port, int lostPercent)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "scenarios", scenario + ".xml");
        if (lostPercent == 0) return file;

        var lost = $" lost=\"{Number(lostPercent)}\"";
        var steps = File.ReadAllText(file).Replace("<recv", "<recv" + lost, StringComparison.Ordinal).Split("<send");
        var lossy = steps[0] + string.Concat(steps.Skip(1).Select(
            step => "<send" + (step.Contains("SIP/2.0 180", StringComparison.Ordinal) ? "" : lost) + step));
        var copy = folder.File($"{scenario}-{port}.xml");
        File.WriteAllText(copy, lossy);
        return copy;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How sipp runs a scenario.</summary>
public sealed record SippOptions
{
    public int Calls { get; init; } = 1;
    public int Rate { get; init; } = 10;
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);
    public bool Tcp { get; init; }
    public bool Echo { get; init; }
    public int LostPercent { get; init; }
}
