using OrleansAcd.MediaNode.Recording;

namespace OrleansAcd.MediaNode.Node;

/// <summary>This worker's way to the node's recorder.</summary>
internal sealed partial class NodeWorker
{
    /// <summary>Null where this node records nothing.</summary>
    public RecordingPlace? Recording { get; private set; }

    /// <summary>Whether all that was recorded is in the store.</summary>
    public bool IsRecorderIdle => Recording?.Recorder.IsIdle ?? true;

    private void OpenRecorder()
    {
        if (_options.Recorder is not { } options) return;

        var recorder = new Recorder(options);
        Recording = new RecordingPlace(recorder, recorder.AddFeed(), _time);
    }
}
