using OrleansAcd.Contracts;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Call ids: 48 bits of milliseconds since 1970, then 64 random bits, in Crockford's base 32, so that text
/// order is time order.</summary>
internal static class CallIds
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TimeDigits = 10;
    private const int RandomDigits = 13;

    public static CallId Next(DateTimeOffset now, ulong random) =>
        new(string.Create(
            TimeDigits + RandomDigits,
            (Time: now.ToUnixTimeMilliseconds(), random),
            static (text, parts) =>
            {
                Write(text[..TimeDigits], (ulong)parts.Time);
                Write(text[TimeDigits..], parts.random);
            }));

    private static void Write(Span<char> text, ulong value)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(value & 31)];
            value >>= 5;
        }
    }
}
