namespace OrleansAcd.Gateway.Rest;

/// <summary>Part of a list.</summary>
/// <param name="Next">The cursor of the next page; null: this is the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    public const int LimitDefault = 50;
    public const int LimitMax = 200;
}

/// <summary>Checks what is common to all lists.</summary>
internal static class Paging
{
    private const int CursorCharsMax = 128;

    /// <summary>What is wrong with a page's parameters; null: nothing.</summary>
    public static IResult? Check(string? cursor, int? limit)
    {
        if (limit is < 1 or > Page<int>.LimitMax) return Problems.Bad($"limit must be 1 to {Page<int>.LimitMax}.");
        return cursor is { Length: 0 or > CursorCharsMax }
            ? Problems.Bad("cursor is not one that this list gave out.") : null;
    }

    /// <summary>Cuts a list that was asked for with one more than the limit.</summary>
    public static Page<T> Cut<T>(IReadOnlyList<T> oneMore, int limit, Func<T, string> cursor) => oneMore.Count > limit
        ? new Page<T>([.. oneMore.Take(limit)], cursor(oneMore[limit - 1]))
        : new Page<T>(oneMore, null);
}
