using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Where a party's ear is connected to, as the hearing matrix was compiled.</summary>
internal enum HearingPath
{
    Silence,

    /// <summary>One other party, packet by packet, whoever else hears that one too.</summary>
    Relay,

    /// <summary>A prompt or music, a frame a tick.</summary>
    Clip,

    /// <summary>Keys that we press, by events or as tones, a frame a tick.</summary>
    Keys,

    /// <summary>Everything else: several voices, another level, another codec; a frame a tick.</summary>
    Mix,
}

/// <summary>One leg in a conversation: its sockets, what it may hear, what it plays.</summary>
public sealed class MediaParty : ITimeoutHandler
{
    private readonly MediaWorker _worker;
    private readonly RtpSocketPair _sockets;
    private readonly TelephoneEventReceiver _keys = new();
    private readonly LoopTimer _timer;
    private bool _isTimeoutTold;
    private IAudioTap? _audioTap;

    internal MediaParty(
        AudioConversation conversation, string name, MediaWorker worker, RtpSocketPair sockets)
    {
        (Conversation, Name, _worker, _sockets) = (conversation, name, worker, sockets);
        _timer = new LoopTimer(this);
        Crypto = new MediaCrypto(worker);
        Rtp = new MediaStream(worker, sockets.Rtp, this);
        Rtcp = new ControlStream(worker, sockets.Rtcp, this);
        worker.Loop.Add(sockets.Rtp, Rtp);
        worker.Loop.Add(sockets.Rtcp, Rtcp);
        worker.Loop.Schedule(_timer, Rtcp.NextDeadline);
    }

    public AudioConversation Conversation { get; private set; }

    /// <summary>The leg's id, for logs and events.</summary>
    public string Name { get; private set; }

    /// <summary>The owner's own: whose media this is.</summary>
    public object? Owner { get; set; }

    /// <summary>RTP's port here, for the SDP; RTCP's is the next.</summary>
    public int LocalPort => _sockets.Port;

    /// <summary>What was agreed, or null before.</summary>
    public LegMedia? Media { get; private set; }

    public bool IsRemoved { get; private set; }

    /// <summary>Packets that were neither the agreed audio nor telephone-events.</summary>
    public long Unexpected { get; internal set; }

    public LegQuality Quality => new(
        Rtp.Statistics.PacketsReceived,
        Rtp.Statistics.PacketsLost,
        Rtp.Statistics.Jitter,
        Rtp.Out.PacketsSent,
        Rtcp.RemoteFractionLost,
        Rtcp.RemoteJitter,
        Rtcp.RoundTrip,
        Rtp.Strangers + Rtcp.Strangers,
        Rtp.Malformed + Rtcp.Malformed,
        Unexpected,
        Rtp.SendFailures)
    {
        Refused = Rtp.Refused,
        IsEncrypted = Crypto.IsOn,
        Crypto = Crypto.Drops,
    };

    /// <summary>Sees every packet that the party sends while it may; null: nobody does.</summary>
    public IPacketTap? PacketTap { get; set; }

    /// <summary>Hears every frame that the party says while it may; null: nobody does. Set on the loop's
    /// thread.</summary>
    public IAudioTap? AudioTap
    {
        get => _audioTap;
        set
        {
            _audioTap = value;
            Conversation.Compile();
        }
    }

    internal MediaStream Rtp { get; }

    internal ControlStream Rtcp { get; }

    internal MediaCrypto Crypto { get; }

    internal ClipPlayer Player { get; } = new();

    /// <summary>Keys on their way to it; null: there never were any.</summary>
    internal KeySending? Keys { get; set; }

    /// <summary>What its voice is listened to for, keys aside.</summary>
    internal SignalGroups Signals { get; set; }

    /// <summary>Whom this party shall hear: its row of the matrix.</summary>
    internal HeardParty[] Heard { get; set; } = [];

    /// <summary>Its place among the parties, while the matrix is replaced.</summary>
    internal int Place { get; set; }

    /// <summary>Whose row this party has been put into, while that row is being made.</summary>
    internal MediaParty? RowOf { get; set; }

    internal HearingPath Path { get; set; }

    /// <summary>Whose voice it heard when paths were last compiled.</summary>
    internal MediaParty? Speaker { get; set; }

    /// <summary>Whether somebody needs its voice decoded, while the matrix is compiled.</summary>
    internal bool IsDecoded { get; set; }

    /// <summary>Decodes what this party says; null while nobody needs that.</summary>
    internal MixSource? Source { get; set; }

    /// <summary>What is mixed for this party; null while nothing is.</summary>
    internal MixEar? Ear { get; set; }

    /// <summary>Codes what this party hears where that is not relayed; null while nothing has to be coded.</summary>
    internal AudioEncoder? Encoder { get; private set; }

    internal bool CanSend => Media is { MaySend: true, RemoteRtp.Port: not 0 } && !IsNowhere(Media.RemoteRtp);

    /// <summary>A phone that holds the call may send music, or nothing for as long as it likes.</summary>
    private bool MustSpeak => Media is { MayReceive: true, IsHeld: false };

    /// <summary>A muted phone that suppresses silence still reports.</summary>
    private Instant LastAlive => Rtp.LastHeard > Rtcp.LastHeard ? Rtp.LastHeard : Rtcp.LastHeard;

    /// <summary>RFC 3264 §8.4: "a hold of 0.0.0.0", as RFC 2543 had it.</summary>
    private static bool IsNowhere(TransportAddress address) =>
        address is { High: 0, Low: 0 } || (address.IsIpV4 && address.IpV4 == 0);

    public void HandleTimeout(Instant now)
    {
        Rtcp.HandleTimeout(now);
        Rtp.OpenIfSilent(now);
        _keys.HandleTimeout(now);
        TellKeys();
        if (IsRemoved) return;

        CheckSilence(now);
        if (!IsRemoved) _worker.Loop.Schedule(_timer, NextDeadline(now));
    }

    public void OnFault(Exception error) => Conversation.Fault(error);

    internal void Configure(LegMedia media)
    {
        var isMoved = Media is null || Media.RemoteRtp != media.RemoteRtp;
        if (Media?.Codec != media.Codec) ReleaseEncoder();
        Media = media;
        Rtp.Out.ClockHz = media.ClockHz;
        Rtp.Statistics.ClockHz = media.ClockHz;
        _keys.ClockHz = media.TelephoneEventClockHz;
        if (isMoved) Rtp.Expect(media.RemoteRtp);
        Rtcp.Expect(media.RemoteRtcp);

        // A hold may have been long: silence counts from now.
        var now = _worker.Loop.Now;
        Crypto.Configure(media.Crypto, now);
        Rtp.Crypto = Crypto.IsOn ? Crypto : null;
        Rtp.BeginSilence(now);
        _isTimeoutTold = false;
        _worker.Loop.Schedule(_timer, NextDeadline(now));
    }

    /// <summary>One for the agreed codec; a stream of G.722 or Opus keeps its own as long as possible.</summary>
    internal AudioEncoder EnsureEncoder() => Encoder ??= AudioCodecs.NewEncoder(Media!.Codec);

    internal void ReleaseEncoder()
    {
        Encoder?.Dispose();
        Encoder = null;
    }

    /// <summary>It speaks and hears in another conversation from now on.</summary>
    internal void MoveTo(AudioConversation conversation, string name)
    {
        (Conversation, Name) = (conversation, name);
        LeaveMatrix();
    }

    /// <summary>It hears nobody, and nobody hears it.</summary>
    internal void LeaveMatrix()
    {
        Rtp.Disconnect();
        Player.Stop();
        (Heard, Speaker, Ear, Path) = ([], null, null, HearingPath.Silence);
        Source?.Dispose();
        Source = null;
    }

    internal void HandleKeys(in RtpHeader header, ReadOnlySpan<byte> payload, Instant now)
    {
        _keys.Handle(header.Marker, header.Timestamp, payload, now);
        TellKeys();
        if (!IsRemoved && _keys.NextDeadline is { } due && due < _timer.Due) _worker.Loop.Schedule(_timer, due);
    }

    internal void SourceChanged(Instant now)
    {
        _isTimeoutTold = false;
        Source?.SourceChanged();
        _keys.Restart(now);
        TellKeys();
    }

    internal void Remove(Instant now)
    {
        if (IsRemoved) return;

        Rtcp.SendBye(now);
        IsRemoved = true;
        ReleaseEncoder();
        Crypto.Dispose();
        _worker.Loop.Cancel(_timer);
        _worker.Loop.Remove(_sockets.Rtp);
        _worker.Loop.Remove(_sockets.Rtcp);
        _worker.Ports.Return(_sockets, now);
    }

    private void TellKeys()
    {
        while (!IsRemoved && _keys.TryPoll(out var key))
        {
            Conversation.PassKey(this, key);
            Conversation.Observer.OnDigit(this, key);
        }
    }

    private void CheckSilence(Instant now)
    {
        var silence = now - LastAlive;
        var isSilent = MustSpeak && silence >= _worker.Options.RtpTimeout;
        var isNews = isSilent && !_isTimeoutTold;
        _isTimeoutTold = isSilent;
        if (isNews) Conversation.Observer.OnRtpTimeout(this, silence);
    }

    private Instant NextDeadline(Instant now)
    {
        var due = Rtcp.NextDeadline;
        if (MustSpeak)
        {
            var silence = LastAlive + _worker.Options.RtpTimeout;
            if (silence > now) due = Instant.Min(due, silence);
        }

        if (Media is { MayReceive: true })
        {
            var open = Rtp.LastHeard + _worker.Options.Latching.TakeoverSilence;
            if (open > now) due = Instant.Min(due, open);
        }

        return Instant.Min(due, _keys.NextDeadline ?? Instant.Never);
    }
}

/// <summary>One compiled way from a speaker to a listener and its stream.</summary>
internal readonly record struct RelayTarget(MediaParty Listener, MediaStream Stream, PayloadMap Map);
