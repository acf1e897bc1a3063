using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Rtp;

/// <summary>Captures of another implementation's RFC 4733 keys: exactly that key, once, with its duration.</summary>
public sealed class TelephoneEventCaptureTests
{
    private const byte CapturedPayloadType = 101;

    public static TheoryData<string, char> Captures()
    {
        var data = new TheoryData<string, char>();
        foreach (var digit in "0123456789") data.Add($"dtmf_2833_{digit}.pcap", digit);
        data.Add("dtmf_2833_star.pcap", '*');
        data.Add("dtmf_2833_pound.pcap", '#');
        return data;
    }

    [SkippableTheory, MemberData(nameof(Captures))]
    public void EachCaptureHoldsItsKeyOnce(string file, char key)
    {
        var receiver = new TelephoneEventReceiver();
        var keys = new List<PressedKey>();
        ushort longest = 0;
        foreach (var (at, packet) in PcapUdp.Read(MediaVectors.Path("rtp/rfc4733/" + file)))
        {
            Assert.Equal(RtpParseError.None, RtpHeader.TryParse(packet, out var header));
            Assert.Equal(CapturedPayloadType, header.PayloadType);
            var payload = packet.AsSpan(header.PayloadOffset, header.PayloadLength);
            receiver.Handle(header.Marker, header.Timestamp, payload, at);
            longest = Math.Max(longest, (ushort)((payload[2] << 8) | payload[3]));
            while (receiver.TryPoll(out var pressed)) keys.Add(pressed);
        }

        Assert.Null(receiver.NextDeadline);
        Assert.Equal([new PressedKey(key, TimeSpan.FromSeconds(longest / 8_000.0))], keys);
        Assert.True(longest >= 8 * 40, "a key shorter than 40 ms would be no key");
    }
}
