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

    /// <summary>A page of all that have an id, in the order of their ids.</summary>
    /// <param name="view">What is shown of one; asked only of those on the page.</param>
    public static async Task<IResult> ById<T>(
        IEnumerable<string> ids, string? cursor, int? limit, Func<string, Task<T>> view)
    {
        if (Check(cursor, limit) is { } bad) return bad;

        var take = limit ?? Page<T>.LimitDefault;
        var page = Cut(
            [.. ids.Order(StringComparer.Ordinal)
                .Where(id => cursor is null || string.CompareOrdinal(id, cursor) > 0).Take(take + 1)],
            take, id => id);
        return Results.Ok(new Page<T>(await Task.WhenAll(page.Items.Select(view)), page.Next));
    }

    /// <summary>Cuts a list that was asked for with one more than the limit.</summary>
    public static Page<T> Cut<T>(IReadOnlyList<T> oneMore, int limit, Func<T, string> cursor) => oneMore.Count > limit
        ? new Page<T>([.. oneMore.Take(limit)], cursor(oneMore[limit - 1]))
        : new Page<T>(oneMore, null);
}
