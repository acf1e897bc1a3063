using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Node;

/// <summary>This worker's way to the node's recorder.</summary>
internal sealed partial class NodeWorker
{
    /// <summary>Null where this node records nothing.</summary>
    public RecordingPlace? Recording { get; private set; }

    /// <summary>This worker's way to recorders elsewhere.</summary>
    public SipRecPlace SipRec => _sipRec ??=
        new SipRecPlace(_edge!, Media, _options.Advertise, _names, _time, _options.SipRecAnswerMax)
        {
            CredentialsAt = host => DialPlan.CredentialsOf(Trunks.FindAt(host), _ids),
            EncryptionAt = host => Trunks.FindAt(host)?.Encryption,
        };

    private SipRecPlace? _sipRec;

    public RecordingNews RecordingNews { get; }

    /// <summary>Whether all that was recorded is in the store, and told.</summary>
    public bool IsRecorderIdle => (Recording?.Recorder.IsIdle ?? true) && RecordingNews.IsEmpty;

    /// <summary>Ends the recorder, after the loop has stopped; what it still has to tell is told.</summary>
    private void CloseRecorder()
    {
        Recording?.Recorder.Dispose();
        RecordingNews.TakeAll();
    }

    private void OpenRecorder()
    {
        if (_options.Recorder is not { } options) return;

        var recorder = new Recorder(options);
        Recording = new RecordingPlace(recorder, recorder.AddFeed(), _time);
    }

    /// <summary>What a recorder elsewhere says; it cannot hurt the call whose copy it gets.</summary>
    /// <returns>Whether it was one's.</returns>
    private bool TryHandleCopy(SipEvent happened)
    {
        if (CallOf(happened)?.Tag is not SipRecSession session) return false;

        try
        {
            session.Handle(happened);
        }
        catch (Exception error)
        {
            Counters.Faults++;
            session.OnFault(error);
        }

        return true;
    }

    private static SipCall? CallOf(SipEvent happened) => happened switch
    {
        SipEvent.Provisional e => e.Call,
        SipEvent.Answered e => e.Call,
        SipEvent.Failed e => e.Call,
        SipEvent.Ended e => e.Call,
        SipEvent.Reoffered e => e.Call,
        SipEvent.ReofferAnswered e => e.Call,
        SipEvent.ReofferFailed e => e.Call,
        SipEvent.Referred e => e.Call,
        _ => null,
    };
}
