using OrleansAcd.Sip.Info;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Tests.Conformance.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Sip;

/// <summary>A capture of a phone that presses 1342 by INFO.</summary>
public sealed class InfoKeyCaptureTests
{
    [SkippableFact]
    public void TheCapturesKeysAreReadInOrder()
    {
        var keys = new List<InfoKey>();
        var seen = new HashSet<string>();
        foreach (var (_, datagram) in PcapUdp.Read(MediaVectors.Path("rtp/rfc4733/DTMFsipinfo.pcap")))
        {
            if (!datagram.AsSpan().StartsWith("INFO "u8)) continue;

            Assert.True(SipParser.TryParse(datagram.AsSpan(), out var message, out _));
            if (!seen.Add(message!.Headers.Get(SipHeaderId.CSeq)!)) continue;

            Assert.Equal(InfoKeyResult.Key, InfoKey.TryParse(message.ContentType, message.Body.Span, out var key));
            keys.Add(key);
        }

        Assert.Equal("1342", string.Concat(keys.Select(key => key.Key)));
        Assert.All(keys, key => Assert.Equal(180, key.Duration.TotalMilliseconds));
    }
}
