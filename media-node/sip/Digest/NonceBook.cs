using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Sip.Digest;

/// <summary>How a nonce that came back stands.</summary>
internal enum NonceStanding
{
    /// <summary>Ours, in time, and this count was not used before.</summary>
    Fresh,

    /// <summary>Not ours, or too old: the client may try again with a new one.</summary>
    Stale,

    /// <summary>Ours, but this count was used already.</summary>
    Replayed,
}

/// <summary>Issues nonces that prove themselves, and remembers which counts of them were used (RFC 7616 section
/// 5.4).</summary>
/// <remarks>A nonce is time, random bits and their HMAC: nothing is kept until one is used with success. When more are
/// in use than <see cref="DigestLimits.Nonces"/>, the oldest is forgotten and everything issued until then counts as
/// stale, so forgetting never lets a replay in.</remarks>
internal sealed class NonceBook(byte[] key, string realm, TimeSpan lifetime, IIdSource ids)
{
    private const int BodyBytes = 16;
    private const int MacBytes = 16;

    private readonly Dictionary<string, CountWindow> _used = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _byAge = new();
    private readonly byte[] _realm = Encoding.UTF8.GetBytes(realm);
    private long _forgottenUntil = -1;

    public int InUse => _used.Count;

    public string Issue(Instant now)
    {
        Span<byte> nonce = stackalloc byte[BodyBytes + MacBytes];
        BinaryPrimitives.WriteInt64BigEndian(nonce, now.Ticks);
        BinaryPrimitives.WriteUInt64BigEndian(nonce[8..], ids.NextBits());
        Mac(nonce[..BodyBytes], nonce[BodyBytes..]);
        return Convert.ToHexStringLower(nonce);
    }

    /// <summary>Judges a nonce and count of right credentials; a fresh one is then used up.</summary>
    public NonceStanding Use(string nonce, uint count, Instant now)
    {
        Expire(now);
        if (!TryReadIssued(nonce, out var issued)) return NonceStanding.Stale;
        if (now - issued > lifetime || issued > now) return NonceStanding.Stale;
        if (issued.Ticks <= _forgottenUntil) return NonceStanding.Stale;

        if (_used.TryGetValue(nonce, out var window))
        {
            return window.Use(count) ? NonceStanding.Fresh : NonceStanding.Replayed;
        }

        if (_used.Count >= DigestLimits.Nonces) ForgetOldest();
        window = new CountWindow();
        window.Use(count);
        _used.Add(nonce, window);
        _byAge.Enqueue(nonce, issued.Ticks);
        return NonceStanding.Fresh;
    }

    private void Expire(Instant now)
    {
        while (_byAge.TryPeek(out var nonce, out var issued) && now.Ticks - issued > lifetime.Ticks)
        {
            _byAge.Dequeue();
            _used.Remove(nonce);
        }
    }

    private void ForgetOldest()
    {
        if (!_byAge.TryDequeue(out var nonce, out var issued)) return;
        _used.Remove(nonce);
        _forgottenUntil = Math.Max(_forgottenUntil, issued);
    }

    private bool TryReadIssued(string nonce, out Instant issued)
    {
        issued = Instant.Zero;
        Span<byte> bytes = stackalloc byte[BodyBytes + MacBytes];
        if (nonce.Length != bytes.Length * 2) return false;
        if (Convert.FromHexString(nonce, bytes, out _, out _) is not System.Buffers.OperationStatus.Done) return false;

        Span<byte> expected = stackalloc byte[MacBytes];
        Mac(bytes[..BodyBytes], expected);
        issued = new Instant(BinaryPrimitives.ReadInt64BigEndian(bytes));
        return CryptographicOperations.FixedTimeEquals(expected, bytes[BodyBytes..]);
    }

    private void Mac(ReadOnlySpan<byte> body, Span<byte> mac)
    {
        var message = new byte[body.Length + _realm.Length];
        body.CopyTo(message);
        _realm.CopyTo(message, body.Length);
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, message, full);
        full[..MacBytes].CopyTo(mac);
    }

    /// <summary>Which of the last 64 counts were used: UDP may deliver two requests of a phone out of order.</summary>
    private sealed class CountWindow
    {
        private uint _highest;
        private ulong _seen;

        public bool Use(uint count)
        {
            if (count > _highest)
            {
                var step = count - _highest;
                _seen = step >= DigestLimits.NonceCountWindow ? 1 : (_seen << (int)step) | 1;
                _highest = count;
                return true;
            }

            var behind = _highest - count;
            if (behind >= DigestLimits.NonceCountWindow || (_seen & (1ul << (int)behind)) != 0) return false;
            _seen |= 1ul << (int)behind;
            return true;
        }
    }
}
