using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Live figures of legs that are up.</summary>
internal sealed partial class Conversation
{
    /// <summary>Reports what is due. On the housekeeping timer, never on a packet's way.</summary>
    public void ReportQuality(Instant now)
    {
        foreach (var leg in _legs.Values)
        {
            if (leg.State != LegState.Up || now < leg.QualityDue) continue;

            var isFirst = leg.QualityDue == Instant.Zero;
            leg.QualityDue = now + _worker.Options.QualityPeriod;
            if (isFirst) continue;

            var quality = leg.ReadQuality();
            Raise(sequence => new LegQualityReported(Id, _epoch, sequence, leg.Id, quality));
        }
    }
}
