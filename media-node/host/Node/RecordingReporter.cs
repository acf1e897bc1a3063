using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Brings what the recorder tells to the call's loop, also when the call is over: its events go on
/// counting.</summary>
internal sealed class RecordingReporter(RecordingNews news, Conversation conversation, int number) : IRecordingListener
{
    public void OnSegment(RecordingFacts facts) => news.Tell(() => conversation.OnSegment(facts));

    public void OnFailed(string reason) => news.Tell(() => conversation.OnRecordingFailed(number, reason));
}
