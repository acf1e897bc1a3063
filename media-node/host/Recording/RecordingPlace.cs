namespace OrleansAcd.MediaNode.Recording;

/// <summary>What a media loop needs to record: the node's recorder, this loop's way to it, the wall clock.</summary>
internal sealed record RecordingPlace(Recorder Recorder, RecorderFeed Feed, TimeProvider Time);
