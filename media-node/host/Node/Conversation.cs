using System.Runtime.InteropServices;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;

namespace OrleansAcd.MediaNode.Node;

/// <summary>One call at this node: its legs and their audio. Does what the Call grain commands, tells it what
/// happens.</summary>
/// <remarks>Lives on its worker's thread, from the first INVITE to the end of the last leg.</remarks>
internal sealed partial class Conversation : IConversationObserver
{
    /// <summary>Legs of one conversation at most, ended ones not counted.</summary>
    public const int LegsMax = AudioConversation.PartiesMax;

    private readonly NodeWorker _worker;
    private readonly AudioConversation _audio;
    private readonly ForwardedMedia _forwarded;
    private readonly Dictionary<LegId, Leg> _legs = [];
    private readonly int _epoch;
    private long _lastCommand;
    private long _lastEvent;

    public Conversation(NodeWorker worker, CallId id, int epoch)
    {
        (_worker, Id, _epoch) = (worker, id, epoch);
        _audio = new AudioConversation(worker.Media, this);
        _forwarded = new ForwardedMedia(worker.Media, worker.Forwarding, error => worker.OnFault(this, error));
    }

    public CallId Id { get; }

    public IReadOnlyCollection<Leg> Legs => _legs.Values;

    /// <summary>Does a command, once: an older epoch or a sequence that was seen is ignored and counted.</summary>
    public void Execute(MediaCommand command)
    {
        if (command.Epoch != _epoch || command.Sequence <= _lastCommand)
        {
            _worker.Counters.CommandsIgnored++;
            return;
        }

        _lastCommand = command.Sequence;
        switch (command)
        {
            case Answer answer: With(answer.Leg, AnswerLeg); break;
            case Reject reject: With(reject.Leg, leg => RejectLeg(leg, reject)); break;
            case Dial dial: DialLeg(dial); break;
            case CancelDial cancel: With(cancel.Leg, CancelLeg); break;
            case Hangup hangup: With(hangup.Leg, leg => Obey(leg, hangup)); break;
            case Hear hear: Connect(hear); break;
            case Play play: With(play.Leg, leg => PlayTo(leg, play)); break;
            case SendDtmf send: With(send.Leg, leg => PressKeys(leg, send)); break;
            case Detect detect: With(detect.Leg, leg => ListenTo(leg, detect)); break;
            case Redirect redirect: With(redirect.Leg, leg => RedirectLeg(leg, redirect)); break;
            case AskToAnswer ask: With(ask.Leg, AskToAnswerLeg); break;
            case TakeLeg take: Take(take); break;
            case ReferProgress progress: With(progress.Leg, leg => TellReferral(leg, progress)); break;
            case StopPlay stop: With(stop.Leg, leg => _audio.StopPlay(leg.Party)); break;
            case Record record: BeginRecording(record); break;
            case PauseRecord pause: PauseRecording(pause); break;
            case StopRecord stop: StopRecording(stop); break;
            default: _worker.Counters.CommandsIgnored++; break;
        }
    }

    /// <summary>Ends every leg, for a reason that the Call grain is told.</summary>
    public void End(int sipCode, LegEndReason reason)
    {
        foreach (var leg in _legs.Values.ToArray()) HangUpLeg(leg, sipCode, reason);
    }

    /// <summary>Gives back ports and timers, whatever state the legs are in.</summary>
    public void Close()
    {
        EndRecording();
        foreach (var leg in _legs.Values) DropLines(leg);
        _legs.Clear();
        _audio.End();
    }

    /// <summary>A caller waits for a decision, or a phone rings, for longer than any grain would let it.</summary>
    public bool IsOverdue(Instant now)
    {
        foreach (var leg in _legs.Values)
        {
            if (now >= leg.GiveUpAt) return true;
            foreach (var fork in leg.Ringing)
            {
                if (fork.IsSilent(now)) return true;
            }
        }

        return false;
    }

    public void GiveUp(Instant now)
    {
        foreach (var leg in _legs.Values.ToArray()) LeaveSilentServers(leg, now);
        foreach (var leg in _legs.Values.Where(leg => now >= leg.GiveUpAt).ToArray())
        {
            _worker.Counters.Undecided++;
            if (leg.State == LegState.Ringing) FailLeg(leg, 408, "rang too long");
            else HangUpLeg(leg, 480, LegEndReason.SignallingLost);
        }
    }

    public void OnPlayEnded(MediaParty party, OrleansAcd.Audio.AudioClip clip, bool isComplete)
    {
        if (LegOf(party) is not { Playing: { } playing } leg) return;

        if (isComplete && playing.Next(out var isLoop) is { } next)
        {
            _audio.Play(party, next, isLoop);
            return;
        }

        leg.Playing = null;
        Raise(sequence => new PlayEnded(Id, _epoch, sequence, leg.Id, playing.Id, isComplete));
    }

    private void Obey(Leg leg, Hangup hangup) => HangUpLeg(leg, hangup.SipCode, LegEndReason.LocalHangup);

    public void OnDigit(MediaParty party, PressedKey key)
    {
        if (LegOf(party) is { } leg)
        {
            Raise(sequence => new DigitReceived(Id, _epoch, sequence, leg.Id, key.Key, key.Duration));
        }
    }

    public void OnLatched(MediaParty party, TransportAddress peer)
    {
        // The party sends to its peer from now on; nobody else needs to know.
    }

    public void OnRtpTimeout(MediaParty party, TimeSpan silence)
    {
        if (LegOf(party) is not { State: LegState.Up } leg) return;

        _worker.Counters.MediaTimeouts++;
        HangUpLeg(leg, 408, LegEndReason.MediaLost);
    }

    public void OnFault(AudioConversation conversation, Exception error) => _worker.OnFault(this, error);

    /// <summary>Publishes the next event of this call.</summary>
    private void Raise(Func<long, MediaEvent> happened) => _worker.Publish(happened(++_lastEvent));

    private void With(LegId id, Action<Leg> act)
    {
        if (_legs.TryGetValue(id, out var leg)) act(leg);
        else _worker.Counters.CommandsIgnored++;
    }

    private static Leg? LegOf(MediaParty party) => party.Owner as Leg;

    private void Connect(Hear hear)
    {
        var cells = new List<MatrixCell>(hear.Matrix.Length);
        foreach (var cell in hear.Matrix)
        {
            // A leg that has just ended may still be named.
            if (_legs.TryGetValue(cell.Listener, out var listener) && _legs.TryGetValue(cell.Speaker, out var speaker))
            {
                cells.Add(new MatrixCell(listener.Party, speaker.Party, (float)cell.Gain));
            }
        }

        _audio.SetMatrix(CollectionsMarshal.AsSpan(cells));
        _matrix = [.. hear.Matrix.Where(cell => _legs.ContainsKey(cell.Listener) && _legs.ContainsKey(cell.Speaker))];
        ShowLines();
        _copy?.PartiesChanged();
    }

    private void PlayTo(Leg leg, Play play)
    {
        var clips = play.Prompts.Select(_worker.Prompts.Find).ToList();
        _worker.Counters.PromptsMissing += clips.RemoveAll(clip => clip is null);
        var list = new PlayList(play.PlayId, clips!, play.LoopLast);
        if (leg.Playing is not null) _audio.StopPlay(leg.Party);
        if (list.Next(out var isLoop) is not { } first)
        {
            Raise(sequence => new PlayEnded(Id, _epoch, sequence, leg.Id, play.PlayId, true));
            return;
        }

        leg.Playing = list;
        _audio.Play(leg.Party, first, isLoop);
    }

    private void CountDrops(in SrtpDrops drops)
    {
        _worker.Counters.ForgedPackets += drops.Forged + drops.Malformed;
        _worker.Counters.ReplayedPackets += drops.Replayed;
    }

    private Leg AddLeg(LegId id, LegState state, MediaParty party, ForwardedParty? picture = null)
    {
        var leg = new Leg(this, id, state, party, picture);
        party.Owner = leg;
        return _legs[id] = leg;
    }

    /// <summary>The leg is gone: media closed; after the last one the conversation is too.</summary>
    private void Remove(Leg leg)
    {
        leg.State = LegState.Ended;
        _legs.Remove(leg.Id);
        var quality = leg.Party.Quality;
        _worker.Counters.StrangerPackets += quality.Strangers;
        _worker.Counters.MalformedPackets += quality.Malformed;
        CountDrops(quality.Crypto);
        _worker.Counters.UnexpectedPackets += quality.Unexpected;
        _worker.Counters.PacketsNotSent += quality.SendFailures;
        _worker.Counters.FramesSkipped += leg.Party.Player.SkippedFrames;
        _audio.RemoveParty(leg.Party);
        DropLines(leg);
        if (_legs.Count > 0) return;

        EndRecording();
        _worker.Forget(this);
    }
}
