using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;

namespace OrleansAcd.Sip.SipRec;

/// <summary>Who is recorded, and the one stream that carries what he says (RFC 7865 sections 6.5 and 6.7).</summary>
/// <param name="Id">The same in every snapshot, see <see cref="SipRecMetadata.NewId"/>.</param>
/// <param name="StreamId">Likewise.</param>
/// <param name="Label">The a=label of the stream's m= line (RFC 4574).</param>
/// <param name="Since">When he came into the session.</param>
public sealed record SipRecParticipant(string Id, string StreamId, string Label, DateTimeOffset Since)
{
    /// <summary>His address of record; null: not known.</summary>
    public string? Aor { get; init; }

    public string? Name { get; init; }

    /// <summary>The streams of others that he hears (RFC 7865 section 6.8).</summary>
    public ImmutableArray<string> Hears { get; init; } = [];
}

/// <summary>A complete snapshot of a recording's metadata (RFC 7865): one communication session, its participants,
/// their streams, and how these belong together.</summary>
public sealed record SipRecMetadata(
    string SessionId, DateTimeOffset Since, ImmutableArray<SipRecParticipant> Participants)
{
    /// <summary>RFC 7865 section 5, RFC 9806.</summary>
    public const string ContentType = "application/rs-metadata+xml";

    /// <summary>RFC 7865 section 5.1.1.</summary>
    public const string Namespace = "urn:ietf:params:xml:ns:recording:1";

    /// <summary>Every participant has an address (section 9: <c>nameID</c> is not optional): who gives none has that of
    /// RFC 3261 section 8.1.1.3.</summary>
    private const string Anonymous = "sip:anonymous@anonymous.invalid";

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(false) };

    /// <summary>RFC 7865 section 6.10: a UUID (version 4, RFC 4122) in Base64.</summary>
    public static string NewId(ulong high, ulong low)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>The document, in the order of the schema (section 9).</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Settings))
        {
            xml.WriteStartElement("recording", Namespace);
            Element(xml, "datamode", "complete");
            WriteSession(xml);
            foreach (var participant in Participants) WriteParticipant(xml, participant);
            foreach (var participant in Participants) WriteStream(xml, participant);
            WriteAssociations(xml);
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private void WriteSession(XmlWriter xml)
    {
        Start(xml, "session", ("session_id", SessionId));
        Element(xml, "start-time", TimeOf(Since));
        xml.WriteEndElement();
    }

    private static void WriteParticipant(XmlWriter xml, SipRecParticipant participant)
    {
        Start(xml, "participant", ("participant_id", participant.Id));
        Start(xml, "nameID", ("aor", Clean(participant.Aor ?? Anonymous)));
        if (!string.IsNullOrEmpty(participant.Name)) Element(xml, "name", Clean(participant.Name));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private void WriteStream(XmlWriter xml, SipRecParticipant participant)
    {
        Start(xml, "stream", ("stream_id", participant.StreamId), ("session_id", SessionId));
        Element(xml, "label", participant.Label);
        xml.WriteEndElement();
    }

    private void WriteAssociations(XmlWriter xml)
    {
        Start(xml, "sessionrecordingassoc", ("session_id", SessionId));
        Element(xml, "associate-time", TimeOf(Since));
        xml.WriteEndElement();
        foreach (var participant in Participants)
        {
            Start(xml, "participantsessionassoc", ("participant_id", participant.Id), ("session_id", SessionId));
            Element(xml, "associate-time", TimeOf(participant.Since));
            xml.WriteEndElement();
        }

        foreach (var participant in Participants)
        {
            Start(xml, "participantstreamassoc", ("participant_id", participant.Id));
            Element(xml, "send", participant.StreamId);
            foreach (var heard in participant.Hears) Element(xml, "recv", heard);
            xml.WriteEndElement();
        }
    }

    private static void Start(XmlWriter xml, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name, Namespace);
        foreach (var (attribute, value) in attributes) xml.WriteAttributeString(attribute, value);
    }

    private static void Element(XmlWriter xml, string name, string value) =>
        xml.WriteElementString(name, Namespace, value);

    private static string TimeOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Without what XML cannot hold: a caller chooses his name.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= 0x20 and not 0xFFFE and not 0xFFFF) clean.Append(rune.ToString());
        }

        return clean.ToString();
    }
}
