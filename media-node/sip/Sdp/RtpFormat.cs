using System.Globalization;

namespace OrleansAcd.Sip.Sdp;

/// <summary>What an RTP payload number means: encoding name, RTP clock, channels, parameters (RFC 8866 section
/// 6.6).</summary>
public sealed record RtpFormat(string Name, int ClockHz, int Channels = 1, string? Parameters = null)
{
    // RFC 3551 section 6, tables 4 and 5. G722's RTP clock is 8000 by historical error (section 4.5.2).
    private static readonly Dictionary<string, RtpFormat> StaticTable = new(StringComparer.Ordinal)
    {
        ["0"] = new("PCMU", 8000), ["3"] = new("GSM", 8000), ["4"] = new("G723", 8000), ["5"] = new("DVI4", 8000),
        ["6"] = new("DVI4", 16000), ["7"] = new("LPC", 8000), ["8"] = new("PCMA", 8000), ["9"] = new("G722", 8000),
        ["10"] = new("L16", 44100, 2), ["11"] = new("L16", 44100), ["12"] = new("QCELP", 8000),
        ["13"] = new("CN", 8000),
        ["14"] = new("MPA", 90000), ["15"] = new("G728", 8000), ["16"] = new("DVI4", 11025),
        ["17"] = new("DVI4", 22050),
        ["18"] = new("G729", 8000), ["25"] = new("CelB", 90000), ["26"] = new("JPEG", 90000), ["28"] = new("nv", 90000),
        ["31"] = new("H261", 90000), ["32"] = new("MPV", 90000), ["33"] = new("MP2T", 90000),
        ["34"] = new("H263", 90000),
    };

    /// <summary>RFC 4733: rides beside a codec, is none itself.</summary>
    public bool IsTelephoneEvent => Is("telephone-event");

    /// <summary>RFC 3389: rides beside a codec, is none itself.</summary>
    public bool IsComfortNoise => Is("CN");

    /// <summary>Whether this carries sound or picture of its own.</summary>
    public bool IsCodec => !IsTelephoneEvent && !IsComfortNoise;

    public static RtpFormat? Static(string payload) => StaticTable.GetValueOrDefault(payload);

    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads "PCMU/8000" or "opus/48000/2", the part of a rtpmap after the number.</summary>
    public static bool TryParse(string text, out RtpFormat format)
    {
        format = new RtpFormat("", 0);
        var parts = text.Split('/', 4);
        if (parts.Length < 2 || parts[0].Length == 0 || !Positive(parts[1], out var clock)) return false;

        var channels = 1;
        if (parts.Length > 2 && !Positive(parts[2], out channels)) return false;
        format = new RtpFormat(parts[0].Trim(), clock, channels);
        return true;
    }

    /// <summary>The same medium: name, clock and channels, and the packing where that splits a name (AMR, RFC 4867;
    /// H.264, RFC 6184 section 8.2.2).</summary>
    public bool Matches(RtpFormat other) => Is(other.Name) && ClockHz == other.ClockHz && Channels == other.Channels
        && (!Name.StartsWith("AMR", StringComparison.OrdinalIgnoreCase) || OctetAligned == other.OctetAligned)
        && (!Is("H264") || PacketizationMode == other.PacketizationMode);

    private bool OctetAligned => Parameters is { } p
        && p.Replace(" ", "", StringComparison.Ordinal).Contains("octet-align=1", StringComparison.OrdinalIgnoreCase);

    private int PacketizationMode
    {
        get
        {
            foreach (var parameter in (Parameters ?? "").Split(';', StringSplitOptions.TrimEntries))
            {
                if (parameter.StartsWith("packetization-mode=", StringComparison.OrdinalIgnoreCase))
                {
                    return parameter[^1] - '0';
                }
            }

            return 0;
        }
    }

    public override string ToString() => Channels == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Name}/{ClockHz}")
        : string.Create(CultureInfo.InvariantCulture, $"{Name}/{ClockHz}/{Channels}");

    private static bool Positive(string text, out int value)
        => int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;
}
