using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Recording: begun, paused and ended by command; it follows who is in the call by itself.</summary>
internal sealed partial class Conversation
{
    /// <summary>Stands for the copy at a recorder elsewhere, which has no number of its own.</summary>
    private const int NoCopy = 0;

    private CallRecording? _recording;

    /// <summary>Somebody may have come or gone.</summary>
    public void FollowParties()
    {
        if (_legs.Count == 0) EndRecording();
        else _recording?.PartiesChanged();
    }

    /// <summary>A file of this call is in the store; the call itself may be over by now.</summary>
    public void OnSegment(RecordingFacts facts) => Raise(sequence => new RecordingSegment(
        Id, _epoch, sequence, facts.Recording, facts.Segment, facts.Name, facts.StartedAt, facts.Duration,
        [.. facts.Channels.Select(leg => new LegId(leg))], facts.Gaps, facts.Bytes, facts.Sha256));

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

        // Never silently; the recording here goes on, and can be paused, under its own number.
        if (record.SipRecServer is not null) OnRecordingFailed(NoCopy, "this node has no SIPREC: recorded here alone");

        var listener = new RecordingReporter(_worker, this, record.Recording);
        var recording = new CallRecording(
            place, _worker.Media.Loop, Id, record.Recording, record.Format, Recordable, listener,
            error => _worker.OnFault(this, error));
        if (recording.TryBegin()) _recording = recording;
        else OnRecordingFailed(record.Recording, "the recorder has too much to do");
    }

    private void PauseRecording(PauseRecord pause)
    {
        if (_recording?.Number == pause.Recording) _recording.Pause(pause.Paused);
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
        _recording = null;
    }

    private ImmutableArray<RecordableParty> Recordable() =>
    [
        .. _legs.Values.Where(leg => leg.State is LegState.Answering or LegState.Up && leg.Party.Media is not null)
            .OrderBy(leg => leg.Id.Value).Select(leg => new RecordableParty(leg.Id, leg.Party)),
    ];
}
