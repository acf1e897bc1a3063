using OrleansAcd.MediaCore;

namespace OrleansAcd.Sip.Location;

/// <summary>In which order a service's servers are tried, RFC 2782: by priority, and among equals by lot, the heavier
/// the likelier.</summary>
public static class SrvOrder
{
    public static List<SrvRecord> Of(IEnumerable<SrvRecord> records, IIdSource random)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(random);
        var ordered = new List<SrvRecord>();
        foreach (var equals in records.GroupBy(record => record.Priority).OrderBy(group => group.Key))
        {
            // "all those with weight 0 are placed at the beginning of the list"
            var left = equals.OrderBy(record => record.Weight == 0 ? 0 : 1).ToList();
            while (left.Count > 0) ordered.Add(Draw(left, random));
        }

        return ordered;
    }

    private static SrvRecord Draw(List<SrvRecord> left, IIdSource random)
    {
        var sum = left.Sum(record => (long)record.Weight);
        var lot = (long)(random.NextBits() % (ulong)(sum + 1));
        var running = 0L;
        var index = left.FindIndex(record => (running += record.Weight) >= lot);
        var drawn = left[index];
        left.RemoveAt(index);
        return drawn;
    }
}
