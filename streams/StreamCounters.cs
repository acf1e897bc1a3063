namespace OrleansAcd.Streams;

/// <summary>What a bus has done so far, and what it holds.</summary>
/// <param name="Published">Messages accepted.</param>
/// <param name="Unheard">Messages accepted while nobody was subscribed.</param>
/// <param name="Refused">Messages refused because a subscriber had no room.</param>
/// <param name="Delivered">Messages handled, counted per subscriber.</param>
/// <param name="Retried">Handler failures that were followed by another try.</param>
/// <param name="GivenUp">Messages given up after all tries.</param>
/// <param name="Abandoned">Messages that waited when their subscription ended.</param>
/// <param name="Pending">Messages that wait or are being handled now, per subscriber.</param>
public sealed record StreamCounters(
    long Published,
    long Unheard,
    long Refused,
    long Delivered,
    long Retried,
    long GivenUp,
    long Abandoned,
    long Pending);
