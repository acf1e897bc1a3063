using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Recording: begun, paused and ended by command; it follows who is in the call by itself.</summary>
internal sealed partial class Conversation
{
    /// <summary>Stands for the copy at a recorder elsewhere, which has no number of its own.</summary>
    private const int NoCopy = 0;

    private CallRecording? _recording;
    private SipRecSession? _copy;

    /// <summary>Somebody may have come or gone.</summary>
    public void FollowParties()
    {
        if (_legs.Count == 0) EndRecording();
        else
        {
            _recording?.PartiesChanged();
            _copy?.PartiesChanged();
        }
    }

    /// <summary>A file of this call is in the store; the call itself may be over by now.</summary>
    public void OnSegment(RecordingFacts facts) => Raise(sequence => SegmentEvents.Of(facts, _epoch, sequence));

    public void OnRecordingFailed(int number, string reason) =>
        Raise(sequence => new RecordingFailed(Id, _epoch, sequence, number, reason));

    private void BeginRecording(Record record)
    {
        if (_recording?.Number == record.Recording) return;

        EndRecording();
        if (_worker.Recording is not { } place || !RecordingName.IsNameable(Id)
            || record.Recording is < 1 or > RecordingName.RecordingMax)
        {
            OnRecordingFailed(record.Recording, "this node cannot record this call");
            return;
        }

        var listener = new RecordingReporter(_worker.RecordingNews, this, record.Recording);
        var recording = new CallRecording(
            place, _worker.Media.Loop, Id, record.Recording, record.Format, Recordable, listener,
            error => _worker.OnFault(this, error));
        if (!recording.TryBegin())
        {
            OnRecordingFailed(record.Recording, "the recorder has too much to do");
            return;
        }

        _recording = recording;
        if (record.SipRecServer is { } server) BeginCopy(recording, server);
    }

    /// <summary>A second copy elsewhere, RFC 7866; never missing silently, and never at the call's cost.</summary>
    private void BeginCopy(CallRecording recording, string server)
    {
        _copy = new SipRecSession(
            _worker.SipRec, server, Recordable, reason => OnRecordingFailed(NoCopy, reason));
        recording.Copy = _copy.Voices;
        _copy.PartiesChanged();
    }

    private void PauseRecording(PauseRecord pause)
    {
        if (_recording?.Number == pause.Recording)
        {
            _recording.Pause(pause.Paused);
            _copy?.Pause(pause.Paused);
        }
        else _worker.Counters.CommandsIgnored++;
    }

    private void StopRecording(StopRecord stop)
    {
        if (_recording?.Number == stop.Recording) EndRecording();
        else _worker.Counters.CommandsIgnored++;
    }

    private void EndRecording()
    {
        _recording?.Stop();
        _copy?.Stop();
        (_recording, _copy) = (null, null);
    }

    private ImmutableArray<RecordableParty> Recordable() =>
    [
        .. _legs.Values.Where(leg => leg.State is LegState.Answering or LegState.Up && leg.Party.Media is not null)
            .OrderBy(leg => leg.Id.Value).Select(leg => new RecordableParty(leg.Id, leg.Party)
            {
                Who = WhoIs(leg),
                Hears = [.. _matrix.Where(c => c.Listener == leg.Id && c.Gain > 0).Select(c => c.Speaker)],
            }),
    ];

    /// <summary>The peer of its dialog.</summary>
    private static NameAddr? WhoIs(Leg leg) =>
        leg.Active?.Call is { } call ? (call.IsUac ? call.Invite.To : call.Invite.From) : null;
}
