using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>In which order the servers of a service are tried: RFC 2782.</summary>
public sealed class SrvOrderRules
{
    /// <summary>RFC 2782: the lowest priority first; of equals each in proportion to its weight, and each
    /// once.</summary>
    [Fact]
    public void ServersAreTriedByPriorityAndEqualsByWeight()
    {
        SrvRecord[] records =
        [
            new(20, 1, 1, "backup"), new(10, 75, 1, "heavy"), new(10, 25, 1, "light"), new(10, 0, 1, "seldom"),
        ];
        var random = new SeededIdSource(3);
        var first = new Dictionary<string, int>();
        for (var i = 0; i < 10_000; i++)
        {
            var order = SrvOrder.Of(records, random).Select(record => record.Target).ToList();
            Assert.Equal(4, order.Distinct().Count());
            Assert.Equal("backup", order[^1]);
            first[order[0]] = first.GetValueOrDefault(order[0]) + 1;
        }

        Assert.InRange(first["heavy"], 7_000, 7_900);
        Assert.InRange(first["light"], 2_100, 2_900);
        Assert.InRange(first["seldom"], 1, 300);
    }
}
