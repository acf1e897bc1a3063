using OrleansAcd.Contracts.Grains;

namespace OrleansAcd.Gateway.Rest;

/// <summary>A refused control as a problem document.</summary>
internal static class ControlAnswers
{
    /// <summary>Null: it was not refused.</summary>
    public static IResult? Problem(ControlRefusal refusal, string reason) => refusal switch
    {
        ControlRefusal.None => null,
        ControlRefusal.Unknown => Problems.NotFound(reason),
        ControlRefusal.Impossible => Problems.Of(StatusCodes.Status409Conflict, "impossible", reason),
        ControlRefusal.NotPermitted => Problems.Of(StatusCodes.Status403Forbidden, "not-permitted", reason),
        _ => Problems.Bad(reason),
    };
}
