using System.Threading.Channels;

namespace OrleansAcd.Gateway.Feed;

/// <summary>One reader of the feed, with its bounded queue. The hub offers under its lock; one request reads.</summary>
internal sealed class FeedClient(IReadOnlyList<string> subjects, int pendingMax) : IDisposable
{
    private readonly Channel<byte[]> _pending = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(pendingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _ended = new();

    /// <summary>What the client gets first: the events it missed, or the word that it missed too many.</summary>
    public IReadOnlyList<byte[]> First { get; private set; } = [];

    public ChannelReader<byte[]> Pending => _pending.Reader;

    /// <summary>The hub has ended this client: it was too slow, or the server stops.</summary>
    public CancellationToken Ended => _ended.Token;

    public void Start(List<FeedFrame> missed, byte[]? reset) =>
        First = reset is not null ? [reset] : [.. missed.Where(Wants).Select(f => f.Bytes)];

    /// <summary>False: the client has too much waiting.</summary>
    public bool Offer(FeedFrame frame) => !Wants(frame) || _pending.Writer.TryWrite(frame.Bytes);

    /// <summary>Never runs the reader's code here: the hub holds its lock.</summary>
    public void End()
    {
        _pending.Writer.TryComplete();
        _ = _ended.CancelAsync();
    }

    /// <summary>After the hub has let the client go.</summary>
    public void Dispose() => _ended.Dispose();

    private bool Wants(FeedFrame frame) =>
        subjects.Count == 0 || subjects.Any(s => frame.Subject.StartsWith(s, StringComparison.Ordinal));
}
