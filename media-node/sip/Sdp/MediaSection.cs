using System.Collections.Immutable;
using System.Globalization;

namespace OrleansAcd.Sip.Sdp;

/// <summary>One m= line and the lines under it (RFC 8866 section 5.14). Immutable; attributes kept as they
/// came.</summary>
public sealed record MediaSection
{
    public required string Media { get; init; }
    public required int Port { get; init; }
    public int PortCount { get; init; } = 1;
    public required string Protocol { get; init; }
    public ImmutableArray<string> Formats { get; init; } = [];
    public string? Title { get; init; }
    public SdpConnection? Connection { get; init; }
    public ImmutableArray<string> Bandwidths { get; init; } = [];
    public ImmutableArray<SdpAttribute> Attributes { get; init; } = [];

    /// <summary>Port 0: refused or ended, kept in its place (RFC 3264 sections 6 and 8.2).</summary>
    public bool IsRefused => Port == 0;

    /// <summary>Whether formats are RTP payload numbers.</summary>
    public bool IsRtp => Protocol.Contains("RTP/", StringComparison.OrdinalIgnoreCase);

    public TimeSpan? Ptime => Milliseconds("ptime");
    public TimeSpan? MaxPtime => Milliseconds("maxptime");

    /// <summary>RFC 5761: RTP and RTCP share one port.</summary>
    public bool RtcpMux => Attributes.Has("rtcp-mux");

    /// <summary>SDES keys, one value a line (RFC 4568).</summary>
    public IEnumerable<string> Crypto => Attributes.AllOf("crypto");

    /// <summary>Source descriptions, one value a line (RFC 5576).</summary>
    public IEnumerable<string> Ssrc => Attributes.AllOf("ssrc");

    public string? IceUfrag => Attributes.ValueOf("ice-ufrag");
    public string? Fingerprint => Attributes.ValueOf("fingerprint");

    /// <summary>What a payload number means: its rtpmap, else the static table of RFC 3551 section 6, else
    /// null.</summary>
    public RtpFormat? FormatOf(string payload)
    {
        foreach (var attribute in Attributes)
        {
            if (attribute.Name is "rtpmap" && attribute.Format == payload
                && RtpFormat.TryParse(attribute.AfterFirstWord, out var format))
            {
                return format with { Parameters = Fmtp(payload) };
            }
        }

        return RtpFormat.Static(payload) is { } known ? known with { Parameters = Fmtp(payload) } : null;
    }

    /// <summary>Format-specific parameters of a payload number, or null (RFC 8866 section 6.15).</summary>
    public string? Fmtp(string payload)
    {
        foreach (var attribute in Attributes)
        {
            if (attribute.Name is "fmtp" && attribute.Format == payload) return attribute.AfterFirstWord;
        }

        return null;
    }

    /// <summary>RFC 3605: the RTCP port and, where it differs, its address; null when there is no such line.</summary>
    public (int Port, SdpConnection? Address)? Rtcp()
    {
        var parts = (Attributes.ValueOf("rtcp") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || !SdpReader.TryPort(parts[0], out var port)) return null;
        return (port, parts.Length >= 4 ? new SdpConnection(parts[2], parts[3]) : null);
    }

    /// <summary>This section ended: port 0, formats kept, nothing else (RFC 3264 section 6).</summary>
    public MediaSection Refused() => new() { Media = Media, Port = 0, Protocol = Protocol, Formats = Formats };

    /// <summary>This section with another direction; it is written only where it differs from what stands
    /// already.</summary>
    public MediaSection WithDirection(MediaDirection direction, MediaDirection inherited = MediaDirection.SendRecv)
    {
        var stated = Attributes.Direction();
        if ((stated ?? inherited) == direction) return this;

        var line = new SdpAttribute(direction.Name());
        if (stated is not { } old) return this with { Attributes = Attributes.Add(line) };
        var first = Attributes.IndexOf(new SdpAttribute(old.Name()));
        var rest = Attributes.RemoveAll(a => a.Value is null && MediaDirections.TryParse(a.Name, out _));
        return this with { Attributes = rest.Insert(Math.Min(first, rest.Length), line) };
    }

    internal bool SaysTheSameAs(MediaSection other)
    {
        if (Media != other.Media || Port != other.Port || Protocol != other.Protocol) return false;
        return IsRefused
            || (PortCount == other.PortCount && Title == other.Title && Connection == other.Connection
                && Formats.SequenceEqual(other.Formats) && Bandwidths.SequenceEqual(other.Bandwidths)
                && Attributes.SequenceEqual(other.Attributes));
    }

    private TimeSpan? Milliseconds(string name)
        => double.TryParse(Attributes.ValueOf(name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var ms)
            && ms is > 0 and <= 1000
            ? TimeSpan.FromMilliseconds(ms)
            : null;
}
