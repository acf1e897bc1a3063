using OrleansAcd.Recordings;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Who is told what became of a recording; on a thread of the recorder's.</summary>
internal interface IRecordingListener
{
    /// <summary>A segment is complete and in the store.</summary>
    void OnSegment(RecordingFacts facts);

    /// <summary>A segment could not be begun or kept.</summary>
    void OnFailed(string reason);
}
