using System.Globalization;
using Xunit;

namespace OrleansAcd.Tests.System.Peers;

/// <summary>Debian's sipp, run on one of the scenarios of this folder.</summary>
public static class Sipp
{
    /// <summary>Starts a scenario; it ends by itself after its calls with exit code 0 when every call went as the
    /// scenario says.</summary>
    /// <param name="user">The [service] of the scenario: the number called, or the agent that registers.</param>
    /// <param name="port">The local SIP port.</param>
    public static PeerProcess Start(
        TestFolder folder, string scenario, string user, string target, int port, SippOptions? options = null)
    {
        options ??= new SippOptions();
        List<string> arguments =
        [
            "-sf", FileOf(folder, scenario, port, options.LostPercent),
            "-i", "127.0.0.1", "-p", Number(port), "-s", user,
            "-mi", "127.0.0.1", "-mp", Number(FreePorts.Udp(4)),
            "-m", Number(options.Calls), "-l", Number(options.Calls), "-r", Number(options.Rate),
            "-d", Number((int)options.Pause.TotalMilliseconds),
            "-t", options.Tcp ? "t1" : "u1", "-nostdin", "-timeout", "60s", "-timeout_error",
            "-trace_err", "-error_file", folder.File($"{scenario}-{port}.err"),
            "-trace_msg", "-message_file", folder.File($"{scenario}-{port}.log"),
        ];
        if (options.Echo) arguments.Add("-rtp_echo");
        arguments.Add(target);
        return PeerProcess.Start("sipp", arguments, folder.Path);
    }

    /// <summary>Runs a scenario to its end and fails with what sipp says unless all went well.</summary>
    public static async Task Run(
        TestFolder folder, string scenario, string user, string target, int port, SippOptions? options = null)
    {
        await using var sipp = Start(folder, scenario, user, target, port, options);
        await Expect(sipp, folder, scenario, port);
    }

    public static async Task Expect(PeerProcess sipp, TestFolder folder, string scenario, int port)
    {
        var code = await sipp.WaitForExit(TimeSpan.FromSeconds(70));
        var errors = folder.File($"{scenario}-{port}.err");
        Assert.True(code == 0, $"sipp {scenario} ended with {code}:\n{(File.Exists(errors) ? File.ReadAllText(errors) : sipp.Output)}");
    }

    /// <summary>Registers an agent's phone at this port, before sipp takes the port.</summary>
    public static async Task Register(
        TestFolder folder, string agent, string password, string target, int port, bool tcp = false)
    {
        using var registration = new Registration(target, port, tcp);
        Assert.Equal(200, await registration.Register(agent, password));
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
