using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Why a wish about a conversation cannot be had.</summary>
public enum MediaRefusal
{
    None,

    /// <summary>The parties' number has a limit.</summary>
    TooManyParties,

    /// <summary>No free pair of ports.</summary>
    NoPort,

    /// <summary>The party is not, or is already, where it should come from.</summary>
    NotThere,
}

/// <summary>The audio of one conversation: parties, and a matrix that says who hears whom (design section 5).</summary>
/// <remarks>The matrix is compiled: one heard party is relayed packet by packet at once, a clip goes out on the 20 ms
/// tick, and so does the mix that everything else needs. The last wish rules: playing to a party interrupts what it
/// hears until the clip ends; a new hearing cuts the clip. Used on the worker's thread only; allocates nothing per
/// packet.</remarks>
public sealed partial class AudioConversation : ITickHandler
{
    public const int PartiesMax = 200;

    /// <summary>Objects fetched before a frame: more would only push each other out.</summary>
    private const int TickMemoryMax = 64;

    /// <summary>Of 64 bytes: of the list of them.</summary>
    private const int TickListLines = 8;

    private readonly MediaWorker _worker;
    private readonly List<MediaParty> _parties = new(2);

    /// <summary>Those that are mixed for.</summary>
    private MixEar[] _ears = [];

    /// <summary>Null while all is relayed.</summary>
    private ConversationMixer? _mixer;
    private bool _isTicking;

    /// <summary>What a frame leads to, compiled.</summary>
    private FetchedObject[] _tickMemory = [];

    public AudioConversation(MediaWorker worker, IConversationObserver observer)
    {
        (_worker, Observer) = (worker, observer);
    }

    public IReadOnlyList<MediaParty> Parties => _parties;

    internal IConversationObserver Observer { get; }

    /// <summary>When the present turn of the loop began.</summary>
    internal Instant Now => _worker.Loop.TurnStart;

    /// <summary>Binds ports for a new leg; it hears nothing yet.</summary>
    public MediaRefusal TryAddParty(string name, out MediaParty? party)
    {
        party = null;
        if (_parties.Count == PartiesMax) return MediaRefusal.TooManyParties;
        if (_worker.Ports.Rent(_worker.Loop.Net, _worker.LocalHost, _worker.Loop.Now) is not { } sockets)
        {
            return MediaRefusal.NoPort;
        }

        party = new MediaParty(this, name, _worker, sockets);
        _parties.Add(party);
        return MediaRefusal.None;
    }

    /// <summary>What offer and answer agreed on, the first time or again (hold, another address, another
    /// codec).</summary>
    public void Configure(MediaParty party, LegMedia media)
    {
        party.Configure(media);
        FitListening(party);
        if (!party.CanSend) party.Keys?.Clear();
        Compile();
    }

    /// <summary>Whom a party hears from now on; cuts what is being played to it when that is anybody.</summary>
    public void SetHearing(MediaParty listener, params ReadOnlySpan<HeardParty> heard)
    {
        var isChanged = HearingMatrix.SetRow(listener, heard);
        Compile();
        if (GivesWay(listener, isChanged)) StopPlay(listener);
    }

    /// <summary>The same, each at its own level.</summary>
    public void SetHearing(MediaParty listener, params ReadOnlySpan<MediaParty> heard)
    {
        var row = new HeardParty[heard.Length];
        for (var i = 0; i < row.Length; i++) row[i] = new HeardParty(heard[i]);
        SetHearing(listener, row.AsSpan());
    }

    /// <summary>Replaces the whole matrix at once: a pair that is absent does not hear.</summary>
    public void SetMatrix(ReadOnlySpan<MatrixCell> cells)
    {
        var (grouped, starts) = HearingMatrix.Group(_parties, cells);
        var cut = new List<MediaParty>();
        for (var i = 0; i < _parties.Count; i++)
        {
            var isChanged = HearingMatrix.SetRow(_parties[i], grouped.AsSpan(starts[i]..starts[i + 1]));
            if (GivesWay(_parties[i], isChanged)) cut.Add(_parties[i]);
        }

        // Told when all is done: whoever hears of a cut clip may change the conversation at once.
        Compile();
        foreach (var listener in cut) StopPlay(listener);
    }

    /// <summary>Plays to one party, in place of whatever it hears, until the clip ends or is cut.</summary>
    public void Play(MediaParty party, AudioClip clip, bool isLoop = false, TimeSpan offset = default)
    {
        StopPlay(party);
        party.Player.Start(clip, isLoop, offset);
        Compile();
    }

    /// <summary>Cuts what is being played: not another frame of it is sent.</summary>
    public void StopPlay(MediaParty party)
    {
        if (party.Player.Stop() is not { } clip) return;

        Compile();
        Observer.OnPlayEnded(party, clip, isComplete: false);
    }

    /// <summary>RTCP BYE, sockets closed, ports given back.</summary>
    public void RemoveParty(MediaParty party)
    {
        if (!_parties.Remove(party)) return;

        HearingMatrix.Forget(_parties, party);
        party.LeaveMatrix();
        party.Remove(_worker.Loop.Now);
        Compile();
    }

    /// <summary>The conversation is over.</summary>
    public void End()
    {
        while (_parties.Count > 0) RemoveParty(_parties[^1]);
    }

    public void OnTick(int frames, Instant now)
    {
        PlayClips(frames, now);
        SendKeys(frames, now);
        if (_mixer is not null && _mixer.Tick(frames, now)) Compile();
    }

    /// <summary>First the list of what a frame leads to, then all that is in it.</summary>
    public void Prepare(int turns)
    {
        if (turns == 1) CacheLines.Fetch(_tickMemory);
        else CacheLines.Fetch(_tickMemory, TickListLines);
    }

    public void OnFault(Exception error) => Fault(error);

    internal void Fault(Exception error) => Observer.OnFault(this, error);

    internal void Latched(MediaParty party, TransportAddress peer) => Observer.OnLatched(party, peer);

    /// <summary>A prompt gives way to a changed row, music to any that is not empty.</summary>
    private static bool GivesWay(MediaParty listener, bool isChanged) =>
        listener.Player.Clip is not null && listener.Heard.Length > 0 && (isChanged || listener.Player.IsLoop);
}
