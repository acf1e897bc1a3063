namespace OrleansAcd.MediaNode.Media;

/// <summary>One voice that a party hears.</summary>
/// <param name="Party">Who speaks.</param>
/// <param name="Gain">Linear, 0 to 4; 1 leaves the level as it is, 0 is not to hear.</param>
public readonly record struct HeardParty(MediaParty Party, float Gain = 1);

/// <summary>One cell of the hearing matrix: <paramref name="Listener"/> hears <paramref name="Speaker"/>.</summary>
/// <param name="Gain">Linear, 0 to 4; 1 leaves the level as it is, 0 is not to hear.</param>
public readonly record struct MatrixCell(MediaParty Listener, MediaParty Speaker, float Gain = 1);

/// <summary>Who hears whom, a row for each listener, kept at the listener (design section 5).</summary>
/// <remarks>A row names each other party once at most; gains are above 0 and at most 4. A call of two has two rows of
/// one cell; a conference of 200 has 200 of 199.</remarks>
internal static class HearingMatrix
{
    public const float GainMax = 4;

    /// <summary>Replaces one row.</summary>
    /// <returns>Whether it is another than before.</returns>
    public static bool SetRow(MediaParty listener, ReadOnlySpan<HeardParty> heard)
    {
        var row = Settled(listener, heard);
        var isChanged = !row.AsSpan().SequenceEqual(listener.Heard);
        if (isChanged) listener.Heard = row;
        return isChanged;
    }

    /// <summary>Brings the cells of each listener together, in the parties' order.</summary>
    /// <returns>The cells, and where each party's begin; one more place marks the end.</returns>
    public static (HeardParty[] Cells, int[] Starts) Group(
        IReadOnlyList<MediaParty> parties, ReadOnlySpan<MatrixCell> cells)
    {
        for (var i = 0; i < parties.Count; i++) parties[i].Place = i;
        var starts = new int[parties.Count + 1];
        foreach (var cell in cells)
        {
            if (IsOf(parties, cell.Listener)) starts[cell.Listener.Place + 1]++;
        }

        for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
        var grouped = new HeardParty[starts[^1]];
        var next = starts.AsSpan(0, parties.Count).ToArray();
        foreach (var cell in cells)
        {
            if (!IsOf(parties, cell.Listener)) continue;

            grouped[next[cell.Listener.Place]++] = new HeardParty(cell.Speaker, cell.Gain);
        }

        return (grouped, starts);
    }

    /// <summary>A party is gone: nobody hears it any more.</summary>
    public static void Forget(IReadOnlyList<MediaParty> parties, MediaParty gone)
    {
        foreach (var listener in parties)
        {
            if (Array.Exists(listener.Heard, cell => cell.Party == gone))
            {
                listener.Heard = Array.FindAll(listener.Heard, cell => cell.Party != gone);
            }
        }
    }

    private static bool IsOf(IReadOnlyList<MediaParty> parties, MediaParty party) =>
        party.Place < parties.Count && parties[party.Place] == party;

    /// <summary>Without oneself, strangers, the muted and repetitions, of which the last one counts.</summary>
    private static HeardParty[] Settled(MediaParty listener, ReadOnlySpan<HeardParty> heard)
    {
        var row = new HeardParty[heard.Length];
        var count = 0;
        for (var i = heard.Length - 1; i >= 0; i--)
        {
            var (speaker, gain) = heard[i];
            if (speaker == listener || speaker.Conversation != listener.Conversation || speaker.IsRemoved) continue;
            if (speaker.RowOf == listener) continue;

            speaker.RowOf = listener;
            if (gain > 0) row[count++] = new HeardParty(speaker, Math.Min(gain, GainMax));
        }

        foreach (var cell in heard) cell.Party.RowOf = null;
        Array.Resize(ref row, count);
        return count == 0 ? [] : row;
    }
}
