using System.Globalization;
using System.Text;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Writes a session description in the order of RFC 8866 section 5.</summary>
internal static class SdpWriter
{
    public static byte[] Write(SessionDescription session) => Encoding.UTF8.GetBytes(WriteText(session));

    public static string WriteText(SessionDescription session)
    {
        var text = new StringBuilder(512);
        Line(text, 'v', "0");
        Line(text, 'o', session.Origin.ToString());
        Line(text, 's', session.Name.Length == 0 ? "-" : session.Name);
        if (session.Information is { } information) Line(text, 'i', information);
        if (session.Connection is { } connection) Line(text, 'c', connection.ToString());
        foreach (var bandwidth in session.Bandwidths) Line(text, 'b', bandwidth);
        Line(text, 't', session.Time);
        foreach (var attribute in session.Attributes) Attribute(text, attribute);
        foreach (var section in session.Media) Section(text, section);
        return text.ToString();
    }

    private static void Section(StringBuilder text, MediaSection section)
    {
        var port = section.Port.ToString(CultureInfo.InvariantCulture);
        if (section.PortCount > 1) port += "/" + section.PortCount.ToString(CultureInfo.InvariantCulture);
        Line(text, 'm', $"{section.Media} {port} {section.Protocol} {string.Join(' ', section.Formats)}");
        if (section.Title is { } title) Line(text, 'i', title);
        if (section.Connection is { } connection) Line(text, 'c', connection.ToString());
        foreach (var bandwidth in section.Bandwidths) Line(text, 'b', bandwidth);
        foreach (var attribute in section.Attributes) Attribute(text, attribute);
    }

    private static void Attribute(StringBuilder text, SdpAttribute attribute)
        => Line(text, 'a', attribute.Value is null ? attribute.Name : $"{attribute.Name}:{attribute.Value}");

    // A value never opens a line of its own: section 9 allows no NUL, CR or LF in any.
    private static void Line(StringBuilder text, char type, string value)
    {
        text.Append(type).Append('=');
        foreach (var c in value)
        {
            if (c is not ('\r' or '\n' or '\0')) text.Append(c);
        }

        text.Append("\r\n");
    }
}
