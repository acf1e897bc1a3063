using System.Text;

namespace OrleansAcd.Sip.Messages;

/// <summary>Method names. Known ones are interned, so that comparing them is mostly comparing references.</summary>
/// <remarks>RFC 3261 §7.1: methods are case-sensitive.</remarks>
public static class SipMethods
{
    public const string Invite = "INVITE";
    public const string Ack = "ACK";
    public const string Bye = "BYE";
    public const string Cancel = "CANCEL";
    public const string Options = "OPTIONS";
    public const string Register = "REGISTER";
    public const string Prack = "PRACK";
    public const string Update = "UPDATE";
    public const string Info = "INFO";
    public const string Refer = "REFER";
    public const string Notify = "NOTIFY";
    public const string Message = "MESSAGE";
    public const string Subscribe = "SUBSCRIBE";
    public const string Publish = "PUBLISH";

    private static readonly string[] Known =
    [
        Invite, Ack, Bye, Cancel, Options, Register, Prack, Update, Info, Refer, Notify, Message, Subscribe, Publish,
    ];

    /// <summary>How many methods have a number of their own; others share the number after the last.</summary>
    public static int KnownCount => Known.Length;

    /// <summary>The place of a method in counters, or <see cref="KnownCount"/> for any other.</summary>
    public static int IndexOf(string method)
    {
        var index = Array.IndexOf(Known, method);
        return index < 0 ? Known.Length : index;
    }

    public static bool IsKnown(string method) => Array.IndexOf(Known, method) >= 0;

    internal static string Intern(ReadOnlySpan<byte> bytes)
    {
        foreach (var name in Known)
        {
            if (name.Length == bytes.Length && Ascii.Equals(bytes, name)) return name;
        }

        return Encoding.UTF8.GetString(bytes);
    }

    internal static string Intern(ReadOnlySpan<char> text)
    {
        foreach (var name in Known)
        {
            if (text.SequenceEqual(name)) return name;
        }

        return text.ToString();
    }
}
