namespace OrleansAcd.Calls;

/// <summary>The earliest of several instants that may be absent.</summary>
internal static class Earliest
{
    public static DateTimeOffset? Of(params ReadOnlySpan<DateTimeOffset?> instants)
    {
        DateTimeOffset? first = null;
        foreach (var instant in instants)
        {
            if (instant is not null && (first is null || instant < first)) first = instant;
        }

        return first;
    }
}
