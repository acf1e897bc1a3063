using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Reads a session description line by line (RFC 8866 section 5), tolerant where deployed phones
/// are.</summary>
/// <remarks>Accepted beyond the RFC: lines ended by LF alone, a missing o=, s= or t=, blank and unknown lines, a t= or
/// c= out of order. Not accepted: anything that leaves doubt where media goes. One reader reads one
/// description.</remarks>
internal sealed class SdpReader
{
    private readonly ImmutableArray<MediaSection>.Builder _media = ImmutableArray.CreateBuilder<MediaSection>();
    private readonly ImmutableArray<SdpAttribute>.Builder _attributes = ImmutableArray.CreateBuilder<SdpAttribute>();
    private readonly ImmutableArray<string>.Builder _bandwidths = ImmutableArray.CreateBuilder<string>();
    private SessionDescription _session = SessionDescription.Empty;
    private MediaSection? _section;
    private bool _versionSeen;

    public static SdpError TryParse(ReadOnlySpan<byte> body, out SessionDescription session)
    {
        session = SessionDescription.Empty;
        if (body.Length > SdpLimits.DescriptionBytes) return SdpError.TooLarge;

        var reader = new SdpReader();
        var error = reader.ReadLines(Encoding.UTF8.GetString(body));
        if (error is SdpError.None) session = reader._session;
        return error;
    }

    public static bool TryPort(ReadOnlySpan<char> text, out int port)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;

    private SdpError ReadLines(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('\n'))
        {
            var line = text[range].TrimEnd('\r').TrimEnd('\0');
            if (line.Length < 2 || line[1] != '=') continue;
            if (line.ContainsAny('\r', '\0')) return SdpError.BadCharacter;

            var error = ReadLine(line[0], line[2..]);
            if (error is not SdpError.None) return error;
        }

        Close();
        _session = _session with { Media = _media.ToImmutable() };
        return _versionSeen ? SdpError.None : SdpError.NotSdp;
    }

    private SdpError ReadLine(char type, ReadOnlySpan<char> value)
    {
        if (!_versionSeen) return ReadVersion(type, value);
        return type switch
        {
            'm' => ReadMedia(value),
            'a' => ReadAttribute(value),
            'c' => ReadConnection(value),
            'b' => ReadBandwidth(value),
            'i' => ReadInformation(value.ToString()),
            'o' when _section is null => ReadOrigin(value),
            's' when _section is null => Set(_session with { Name = value.ToString() }),
            't' when _section is null => Set(_session with { Time = value.Trim().ToString() }),
            _ => SdpError.None,
        };
    }

    private SdpError ReadVersion(char type, ReadOnlySpan<char> value)
    {
        _versionSeen = type is 'v' && value.Trim() is "0";
        return _versionSeen ? SdpError.None : SdpError.NotSdp;
    }

    private SdpError Set(SessionDescription session)
    {
        _session = session;
        return SdpError.None;
    }

    private SdpError ReadOrigin(ReadOnlySpan<char> value)
    {
        var words = value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6) return SdpError.BadOrigin;

        // A version beyond 64 bits, or none, cannot be compared: it counts as 0.
        _ = ulong.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var version);
        return Set(_session with { Origin = new(words[0], words[1], version, new(words[4], words[5])) });
    }

    private SdpError ReadConnection(ReadOnlySpan<char> value)
    {
        var words = value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var isInternet = words.Length >= 3 && words[0].Equals("IN", StringComparison.OrdinalIgnoreCase);
        if (!isInternet) return SdpError.BadConnection;

        // A multicast address carries /ttl and /count; the address is what stands before.
        var connection = new SdpConnection(words[1].ToUpperInvariant(), words[2].Split('/')[0]);
        if (connection.Host.Length == 0) return SdpError.BadConnection;
        if (_section is null) return Set(_session with { Connection = connection });
        _section = _section with { Connection = connection };
        return SdpError.None;
    }

    private SdpError ReadInformation(string value)
    {
        if (_section is null) return Set(_session with { Information = value });
        _section = _section with { Title = value };
        return SdpError.None;
    }

    private SdpError ReadBandwidth(ReadOnlySpan<char> value)
    {
        if (_bandwidths.Count >= SdpLimits.Bandwidths) return SdpError.TooManyBandwidths;
        _bandwidths.Add(value.Trim().ToString());
        return SdpError.None;
    }

    private SdpError ReadAttribute(ReadOnlySpan<char> value)
    {
        if (_attributes.Count >= SdpLimits.Attributes) return SdpError.TooManyAttributes;

        var colon = value.IndexOf(':');
        _attributes.Add(colon < 0
            ? new SdpAttribute(value.Trim().ToString())
            : new SdpAttribute(value[..colon].Trim().ToString(), value[(colon + 1)..].TrimEnd().ToString()));
        return SdpError.None;
    }

    private SdpError ReadMedia(ReadOnlySpan<char> value)
    {
        Close();
        if (_media.Count >= SdpLimits.MediaSections) return SdpError.TooManyMediaSections;

        var words = value.ToString().Split(' ', SdpLimits.Formats + 4, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 4) return SdpError.BadMediaLine;
        if (words.Length > SdpLimits.Formats + 3) return SdpError.TooManyFormats;

        var slash = words[1].Split('/');
        var count = 1;
        if (!TryPort(slash[0], out var port)) return SdpError.BadMediaLine;
        if (slash.Length > 1 && !TryPort(slash[1], out count)) return SdpError.BadMediaLine;

        _section = new MediaSection
        {
            Media = words[0].ToLowerInvariant(), Port = port, PortCount = count, Protocol = words[2],
            Formats = [.. words[3..]],
        };
        return SdpError.None;
    }

    // Attributes and bandwidths gather until the next m= line, or the end, says whose they were.
    private void Close()
    {
        var attributes = _attributes.DrainToImmutable();
        var bandwidths = _bandwidths.DrainToImmutable();
        if (_section is null)
        {
            _session = _session with { Attributes = attributes, Bandwidths = bandwidths };
            return;
        }

        _media.Add(_section with { Attributes = attributes, Bandwidths = bandwidths });
    }
}
