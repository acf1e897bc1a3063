using System.Globalization;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Gateway.Feed;

/// <summary>Takes the feed's events once, keeps the last ones in a ring, and hands them to every client of this
/// gateway.</summary>
internal sealed partial class FeedHub(IStreamBus bus, GatewayOptions options, TimeProvider time, ILogger<FeedHub> log)
    : IHostedService
{
    private readonly Lock _gate = new();
    private readonly FeedFrame[] _ring = new FeedFrame[options.FeedRingMax];
    private readonly List<FeedClient> _clients = [];
    private readonly string _source =
        time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
    private IAsyncDisposable? _subscription;
    private long _last;
    private long _slow;
    private bool _stopped;

    /// <summary>Clients that were disconnected because they read too slowly.</summary>
    public long SlowClients => Interlocked.Read(ref _slow);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = bus.Subscribe<FeedEvent>(FeedEvent.Stream, (e, _) =>
        {
            Publish(e);
            return ValueTask.CompletedTask;
        });
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Close();
        if (_subscription is not null) await _subscription.DisposeAsync();
    }

    /// <summary>Ends all clients: a server that stops does not wait for them.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var client in _clients) client.End();
            _clients.Clear();
        }
    }

    /// <summary>A client that wants events from a cursor on; null: there are too many clients.</summary>
    /// <param name="cursor">The id of the last event it had; null: from now on.</param>
    public FeedClient? Join(string? cursor, IReadOnlyList<string> subjects)
    {
        lock (_gate)
        {
            if (_stopped || _clients.Count >= options.FeedClientsMax) return null;

            var client = new FeedClient(subjects, options.FeedClientPendingMax);
            var from = From(cursor);
            if (from is null) client.Start([], FeedFrame.Reset(time.GetUtcNow(), _last, _source));
            else client.Start(Kept(from.Value), null);
            _clients.Add(client);
            return client;
        }
    }

    public void Leave(FeedClient client)
    {
        lock (_gate) _clients.Remove(client);
    }

    private void Publish(FeedEvent e)
    {
        lock (_gate)
        {
            var frame = FeedFrame.Of(e, ++_last, _source);
            _ring[_last % _ring.Length] = frame;
            for (var i = _clients.Count - 1; i >= 0; i--)
            {
                if (_clients[i].Offer(frame)) continue;

                _clients[i].End();
                _clients.RemoveAt(i);
                Interlocked.Increment(ref _slow);
                LogSlow(log);
            }
        }
    }

    /// <summary>The number after which the client wants events; null: it was away too long, or another run made the
    /// cursor.</summary>
    private long? From(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor)) return _last;

        var dash = cursor.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || cursor[..dash] != _source) return null;
        if (!long.TryParse(cursor.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return number <= _last && number >= _last - Math.Min(_last, _ring.Length) ? number : null;
    }

    private List<FeedFrame> Kept(long after)
    {
        var frames = new List<FeedFrame>();
        for (var n = after + 1; n <= _last; n++) frames.Add(_ring[n % _ring.Length]);
        return frames;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Feed: a client read too slowly and was disconnected")]
    private static partial void LogSlow(ILogger log);
}
