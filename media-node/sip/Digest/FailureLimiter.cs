using OrleansAcd.MediaCore;

namespace OrleansAcd.Sip.Digest;

/// <summary>Token buckets of wrong credentials, one per key; an empty bucket refuses until a token has come
/// back.</summary>
/// <remarks>Keys beyond <see cref="DigestLimits.Offenders"/> push out the one that failed longest ago.</remarks>
internal sealed class FailureLimiter(int allowed, TimeSpan perToken)
{
    private readonly Dictionary<string, LinkedListNode<Bucket>> _buckets = new(StringComparer.Ordinal);
    private readonly LinkedList<Bucket> _byLastFailure = new();

    public int Count => _buckets.Count;

    /// <summary>How long the key is refused from now, or null when it may try.</summary>
    public TimeSpan? RefusedFor(string key, Instant now)
    {
        if (!_buckets.TryGetValue(key, out var node)) return null;

        var owed = node.Value.EmptyUntil - now;
        var tolerated = perToken * (allowed - 1);
        return owed > tolerated ? owed - tolerated : null;
    }

    public void Failed(string key, Instant now)
    {
        if (_buckets.TryGetValue(key, out var node))
        {
            _byLastFailure.Remove(node);
        }
        else
        {
            if (_buckets.Count >= DigestLimits.Offenders) Forget(_byLastFailure.First!);
            node = new LinkedListNode<Bucket>(new Bucket(key, now));
            _buckets.Add(key, node);
        }

        // The bucket as a time: each failure owes one token's time, and time pays back.
        var from = node.Value.EmptyUntil > now ? node.Value.EmptyUntil : now;
        node.Value = node.Value with { EmptyUntil = from + perToken };
        _byLastFailure.AddLast(node);
    }

    private void Forget(LinkedListNode<Bucket> node)
    {
        _byLastFailure.Remove(node);
        _buckets.Remove(node.Value.Key);
    }

    private readonly record struct Bucket(string Key, Instant EmptyUntil);
}
