using OrleansAcd.MediaNode.Recording;
using OrleansAcd.Recordings;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Brings what the recorder tells to the call's loop, also when the call is over: its events go on
/// counting.</summary>
internal sealed class RecordingReporter(NodeWorker worker, Conversation conversation, int number) : IRecordingListener
{
    /// <summary>A flooded loop is asked again so often, then the event is lost; the file is in the store all the
    /// same.</summary>
    private const int TriesMax = 100;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);

    public void OnSegment(RecordingFacts facts) => OnLoop(() => conversation.OnSegment(facts));

    public void OnFailed(string reason) => OnLoop(() => conversation.OnRecordingFailed(number, reason));

    private void OnLoop(Action act)
    {
        for (var i = 0; i < TriesMax; i++)
        {
            if (worker.Media.Loop.Post(act)) return;
            Thread.Sleep(Wait);
        }
    }
}
