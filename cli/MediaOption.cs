using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Node;

namespace OrleansAcd.Cli;

/// <summary>What calls may carry: the order of audio codecs, the bandwidth of video, and how long nothing at all. The
/// command line goes before the settings <c>Acd:Node:Codecs</c>, <c>:VideoBandwidthMax</c> and
/// <c>:RtpTimeout</c>.</summary>
internal sealed class MediaOption
{
    /// <summary>More than a line of 4K video needs; a typing error of three digits is above it.</summary>
    private const int VideoBandwidthLimit = 100_000_000;

    /// <summary>An hour: longer than any call that nobody speaks in.</summary>
    private const int TimeoutMaxSeconds = 3_600;

    private static readonly string Names =
        string.Join(", ", Enum.GetNames<AudioCodecId>().Select(name => name.ToLowerInvariant()));

    private readonly Option<ImmutableArray<AudioCodecId>> _codecs = new("--codecs")
    {
        Description = "Audio codecs that calls may use, the preferred first [pcmu,pcma,g722,opus,l16]",
        HelpName = "LIST",
        CustomParser = result => Parsed(result, "--codecs", ReadCodecs),
    };

    private readonly Option<int?> _video = new("--video-bandwidth")
    {
        Description = "Video of one party, each way, in bits a second; 0: no video [2000000]",
        HelpName = "BITS",
        CustomParser = result => Parsed<int?>(result, "--video-bandwidth", text => ReadBandwidth(text)),
    };

    private readonly Option<TimeSpan?> _silence = new("--rtp-timeout")
    {
        Description = "A party that sends no media for so long is hung up [60s]",
        HelpName = "TIME",
        CustomParser = result => Parsed<TimeSpan?>(result, "--rtp-timeout", text => ReadTimeout(text)),
    };

    public void AddTo(Command command)
    {
        command.Add(_silence);
        command.Add(_codecs);
        command.Add(_video);
    }

    /// <summary>What the command line says of it, put into options.</summary>
    public CentreHostOptions Read(ParseResult parsed, CentreHostOptions options) => options with
    {
        Codecs = parsed.GetValue(_codecs), VideoBandwidthMax = parsed.GetValue(_video),
        RtpTimeout = parsed.GetValue(_silence),
    };

    /// <summary>Settings where the command line is silent, and the node's own values where both are.</summary>
    /// <exception cref="UsageException">A setting is none; the key, its value and what is allowed are named.</exception>
    public static MediaNodeOptions Fill(MediaNodeOptions node, CentreHostOptions options, IConfiguration settings)
    {
        var codecs = options.Codecs.IsDefaultOrEmpty ? Setting(settings, "Acd:Node:Codecs", ReadCodecs) : options.Codecs;
        var video = options.VideoBandwidthMax
            ?? Setting<int?>(settings, "Acd:Node:VideoBandwidthMax", text => ReadBandwidth(text));
        var silence = options.RtpTimeout
            ?? Setting<TimeSpan?>(settings, "Acd:Node:RtpTimeout", text => ReadTimeout(text));
        return node with
        {
            Media = silence is null ? node.Media : node.Media with { RtpTimeout = silence.Value },
            Codecs = codecs.IsDefaultOrEmpty ? node.Codecs : codecs,
            VideoBandwidthMax = video ?? node.VideoBandwidthMax,
        };
    }

    private static T? Parsed<T>(ArgumentResult result, string name, Func<string, T> read)
    {
        try
        {
            return read(result.Tokens[0].Value);
        }
        catch (FormatException problem)
        {
            result.AddError($"{name}: {problem.Message}");
            return default;
        }
    }

    private static T? Setting<T>(IConfiguration settings, string key, Func<string, T> read)
    {
        if (settings[key] is not { Length: > 0 } text) return default;

        try
        {
            return read(text);
        }
        catch (FormatException problem)
        {
            throw new UsageException($"{key}: {problem.Message}");
        }
    }

    private static ImmutableArray<AudioCodecId> ReadCodecs(string text)
    {
        var codecs = ImmutableArray.CreateBuilder<AudioCodecId>();
        foreach (var name in text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            var isCodec = Enum.TryParse<AudioCodecId>(name, ignoreCase: true, out var codec)
                && Enum.IsDefined(codec) && !char.IsAsciiDigit(name[0]);
            if (!isCodec) throw new FormatException($"'{name}' is not a codec; there are {Names}");
            if (codecs.Contains(codec)) throw new FormatException($"'{name}' is named twice");
            codecs.Add(codec);
        }

        if (codecs.Any(AudioCodecs.IsAvailable)) return codecs.ToImmutable();
        throw new FormatException($"'{text}' names no codec that this machine can speak; there are {Names}");
    }

    private static TimeSpan ReadTimeout(string text)
    {
        var unit = text.EndsWith('m') ? 60 : text.EndsWith('s') ? 1 : 0;
        var number = unit == 0 ? "" : text[..^1];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count <= TimeoutMaxSeconds && count * unit is > 0 and <= TimeoutMaxSeconds
            ? TimeSpan.FromSeconds(count * unit)
            : throw new FormatException($"'{text}' is not a time from 1s to 60m, such as 60s or 2m");
    }

    private static int ReadBandwidth(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= VideoBandwidthLimit
            ? bits
            : throw new FormatException(
                $"'{text}' is not a number of bits a second from 0 to {VideoBandwidthLimit}, such as 2000000");
}
