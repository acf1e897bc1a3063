using Microsoft.Extensions.Logging;
using OrleansAcd.Contracts;

namespace OrleansAcd.Actors;

public sealed partial class CallGrain
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Call {Call}: the journal failed; the call goes on")]
    private static partial void LogJournalFailed(ILogger log, CallId call, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Call}: restored from the journal, {State}")]
    private static partial void LogRestored(ILogger log, CallId call, string state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Call {Call}: the journal could not be read")]
    private static partial void LogRestoreFailed(ILogger log, CallId call, Exception error);
}
