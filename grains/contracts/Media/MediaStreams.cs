namespace OrleansAcd.Contracts.Media;

/// <summary>The names of the streams between grains and media nodes.</summary>
public static class MediaStreams
{
    /// <summary>All <see cref="MediaEvent"/>s, in order per call.</summary>
    public const string Events = "media/events";

    /// <summary>All <see cref="NodeEvent"/>s.</summary>
    public const string NodeEvents = "media/node-events";

    /// <summary>The current <see cref="NodeSettings"/>, to all nodes.</summary>
    public const string Settings = "media/settings";

    /// <summary>All <see cref="MediaCommand"/>s for one node, in order.</summary>
    public static string Commands(NodeId node) => "media/commands/" + node.Value;
}
