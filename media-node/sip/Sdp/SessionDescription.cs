using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>A session description (RFC 8866): the session's own lines, then its media sections in order.
/// Immutable.</summary>
/// <remarks>Lines u=, e=, p=, k=, r= and z= are read over: nothing in offer/answer depends on them.</remarks>
public sealed record SessionDescription
{
    public static readonly SessionDescription Empty = new();

    public SdpOrigin Origin { get; init; } = SdpOrigin.Unknown;
    public string Name { get; init; } = "-";
    public string? Information { get; init; }
    public SdpConnection? Connection { get; init; }
    public ImmutableArray<string> Bandwidths { get; init; } = [];

    /// <summary>The t= line; sessions of calls are "0 0".</summary>
    public string Time { get; init; } = "0 0";

    public ImmutableArray<SdpAttribute> Attributes { get; init; } = [];
    public ImmutableArray<MediaSection> Media { get; init; } = [];

    /// <summary>Parses a message body. Never throws; on an error <paramref name="session"/> is empty.</summary>
    public static SdpError TryParse(ReadOnlySpan<byte> body, out SessionDescription session)
        => SdpReader.TryParse(body, out session);

    /// <summary>The bytes of a message body, lines ended by CRLF, UTF-8.</summary>
    public byte[] ToBytes() => SdpWriter.Write(this);

    public override string ToString() => SdpWriter.WriteText(this);

    /// <summary>Where a section's media goes: its own c= line, else the session's.</summary>
    public SdpConnection ConnectionOf(MediaSection section) => section.Connection ?? Connection
        ?? SdpConnection.Nowhere;

    /// <summary>The direction a section states, else the session's, else sendrecv (RFC 8866 section 6.7).</summary>
    public MediaDirection StatedDirectionOf(MediaSection section)
        => section.Attributes.Direction() ?? Attributes.Direction() ?? MediaDirection.SendRecv;

    /// <summary>The direction meant: as stated, less receiving when the address is 0.0.0.0 (RFC 3264 section
    /// 8.4).</summary>
    public MediaDirection DirectionOf(MediaSection section)
    {
        var stated = StatedDirectionOf(section);
        return ConnectionOf(section).IsHold ? stated & ~MediaDirection.RecvOnly : stated;
    }

    /// <summary>Whether two descriptions say the same, the version of o= and what hangs on refused sections
    /// aside.</summary>
    public bool SaysTheSameAs(SessionDescription other)
    {
        if (Name != other.Name || Connection != other.Connection || Time != other.Time) return false;
        if (Information != other.Information || Media.Length != other.Media.Length) return false;
        if (!Bandwidths.SequenceEqual(other.Bandwidths) || !Attributes.SequenceEqual(other.Attributes)) return false;

        for (var i = 0; i < Media.Length; i++)
        {
            if (!Media[i].SaysTheSameAs(other.Media[i])) return false;
        }

        return true;
    }
}
