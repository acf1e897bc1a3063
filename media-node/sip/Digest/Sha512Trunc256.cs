using System.Buffers.Binary;
using System.Numerics;

namespace OrleansAcd.Sip.Digest;

/// <summary>SHA-512/256 (FIPS 180-4 section 5.3.6.2): SHA-512 from another initial value, cut to 256 bits.</summary>
/// <remarks>The base class library offers SHA-512 from its own initial value alone. Constants are computed as the
/// standard defines them, from roots of primes. Only short texts of a client's challenges pass here; speed is no
/// aim.</remarks>
internal static class Sha512Trunc256
{
    private const int BlockBytes = 128;
    private static readonly ulong[] RoundConstants = [.. Primes(80).Select(p => RootFraction(p, 3))];
    private static readonly ulong[] Initial = GenerateInitial();

    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        var state = (ulong[])Initial.Clone();
        Absorb(state, message);
        var digest = new byte[32];
        for (var i = 0; i < 4; i++) BinaryPrimitives.WriteUInt64BigEndian(digest.AsSpan(i * 8), state[i]);
        return digest;
    }

    // Section 5.3.6: SHA-512 with its own initial value XOR a5a5..., over the ASCII name of the truncated hash.
    private static ulong[] GenerateInitial()
    {
        ulong[] state = [.. Primes(8).Select(p => RootFraction(p, 2) ^ 0xa5a5a5a5a5a5a5a5)];
        Absorb(state, "SHA-512/256"u8);
        return state;
    }

    private static void Absorb(ulong[] state, ReadOnlySpan<byte> message)
    {
        // Section 5.1.2: a 1 bit, zeros, and the length in bits as 128 bits.
        var padded = new byte[((message.Length + 17 + BlockBytes - 1) / BlockBytes) * BlockBytes];
        message.CopyTo(padded);
        padded[message.Length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - 8), (ulong)message.Length * 8);
        for (var at = 0; at < padded.Length; at += BlockBytes) Compress(state, padded.AsSpan(at, BlockBytes));
    }

    private static void Compress(ulong[] state, ReadOnlySpan<byte> block)
    {
        Span<ulong> w = stackalloc ulong[80];
        for (var t = 0; t < 16; t++) w[t] = BinaryPrimitives.ReadUInt64BigEndian(block[(t * 8)..]);
        for (var t = 16; t < 80; t++)
        {
            var s0 = Rotr(w[t - 15], 1) ^ Rotr(w[t - 15], 8) ^ (w[t - 15] >> 7);
            var s1 = Rotr(w[t - 2], 19) ^ Rotr(w[t - 2], 61) ^ (w[t - 2] >> 6);
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }

        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var t = 0; t < 80; t++)
        {
            var t1 = h + (Rotr(e, 14) ^ Rotr(e, 18) ^ Rotr(e, 41)) + ((e & f) ^ (~e & g)) + RoundConstants[t] + w[t];
            var t2 = (Rotr(a, 28) ^ Rotr(a, 34) ^ Rotr(a, 39)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
        }

        ReadOnlySpan<ulong> sums = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < 8; i++) state[i] += sums[i];
    }

    private static ulong Rotr(ulong value, int bits) => BitOperations.RotateRight(value, bits);

    // The first 64 bits of the fractional part of a root: floor(root(p * 2^(64 * degree))) modulo 2^64, by bisection.
    private static ulong RootFraction(int prime, int degree)
    {
        var target = new BigInteger(prime) << (64 * degree);
        var (low, high) = (BigInteger.Zero, BigInteger.One << 70);
        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            if (BigInteger.Pow(middle, degree) <= target) low = middle;
            else high = middle;
        }

        return (ulong)(low & ulong.MaxValue);
    }

    private static IEnumerable<int> Primes(int count)
        => Enumerable.Range(2, 500).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0)).Take(count);
}
