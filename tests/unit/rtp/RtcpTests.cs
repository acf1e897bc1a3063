using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Rtp;

/// <summary>RFC 3550 §6: what is written can be read, what is hostile cannot hurt.</summary>
public sealed class RtcpTests
{
    private static readonly SenderInfo s_sent = new(new NtpTime(0x0102030405060708), new(77), 100, 16_000);
    private static readonly ReportBlock s_heard = new(new(9), 64, -5, 70_000, 33, 0xAABBCCDD, 65_536);

    [Fact]
    public void ASenderReportWithCnameAndByeComesBackAsWritten()
    {
        var compound = Compound(s_sent, s_heard, isBye: true);
        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(compound, out var reader));

        Assert.True(reader.TryRead(out var report));
        Assert.True(report.TryReadSource(out var source));
        Assert.Equal(new Ssrc(5), source);
        Assert.True(report.TryReadSenderInfo(out var info));
        Assert.Equal(s_sent, info);
        Assert.True(report.TryReadBlock(0, out var block));
        Assert.Equal(s_heard, block);
        Assert.False(report.TryReadBlock(1, out _));

        Assert.True(reader.TryRead(out var description));
        Assert.True(description.TryReadCname(out var cname));
        Assert.Equal("somebody", Encoding.ASCII.GetString(cname));

        Assert.True(reader.TryRead(out var bye));
        Assert.Equal(RtcpType.Bye, bye.Type);
        Assert.True(bye.TryReadSource(out source));
        Assert.Equal(new Ssrc(5), source);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void WhoSentNothingReportsAsReceiver()
    {
        Assert.Equal(RtcpParseError.None, RtcpReader.TryOpen(Compound(null, null, isBye: false), out var reader));
        Assert.True(reader.TryRead(out var report));
        Assert.Equal((RtcpType.ReceiverReport, 0), (report.Type, report.Count));
        Assert.False(report.TryReadSenderInfo(out _));
    }

    [Fact]
    public void EveryCutAndEveryFalseLengthIsRefusedOrHarmless()
    {
        var compound = Compound(s_sent, s_heard, isBye: true);
        for (var length = 0; length < compound.Length; length++) Walk(compound.AsSpan(0, length));
        for (var at = 0; at < compound.Length; at++)
        {
            foreach (var value in (byte[])[0, 1, 0x1F, 0x7F, 0x80, 0xBF, 0xFF])
            {
                var hostile = compound.ToArray();
                hostile[at] = value;
                Walk(hostile);
            }
        }
    }

    [Fact]
    public void TheFirstPacketMustBeAReport()
    {
        var compound = Compound(null, null, isBye: false);
        Assert.Equal(RtcpParseError.FirstIsNoReport, RtcpReader.TryOpen(compound.AsSpan(8), out _));
        Assert.Equal(RtcpParseError.TooShort, RtcpReader.TryOpen(compound.AsSpan(0, 4), out _));
    }

    [Fact]
    public void TheRoundTripIsArrivalLessReportLessDelay()
    {
        var sent = Instant.FromMilliseconds(10_000);
        var block = s_heard with
        {
            LastSenderReport = NtpTime.From(sent).Middle,
            DelaySinceLastSenderReport = 65_536 / 2,
        };
        Assert.Equal(80, NtpTime.RoundTrip(Instant.FromMilliseconds(10_580), block)!.Value.TotalMilliseconds, 0.1);
        Assert.Null(NtpTime.RoundTrip(sent, block with { LastSenderReport = 0 }));
        Assert.Null(NtpTime.RoundTrip(sent, block));
    }

    [Fact]
    public void ReportsAreDueEveryTwoAndAHalfToSevenAndAHalfSeconds()
    {
        var schedule = new RtcpSchedule(new SeededIdSource(3), Instant.Zero);
        Assert.InRange(schedule.NextDeadline.TotalMilliseconds, 1_250, 3_750);
        var intervals = new List<double>();
        for (var i = 0; i < 1_000; i++)
        {
            var now = schedule.NextDeadline;
            Assert.False(schedule.HandleTimeout(now - TimeSpan.FromTicks(1)));
            Assert.True(schedule.HandleTimeout(now));
            intervals.Add((schedule.NextDeadline - now).TotalSeconds);
        }

        Assert.All(intervals, interval => Assert.InRange(interval, 2.5, 7.5));
        Assert.Equal(5, intervals.Average(), 0.2);
    }

    private static byte[] Compound(SenderInfo? sent, ReportBlock? heard, bool isBye)
    {
        var buffer = new byte[RtcpWriter.CompoundMaxBytes];
        return buffer[..RtcpWriter.Write(buffer, new Ssrc(5), sent, heard, "somebody"u8, isBye)];
    }

    private static void Walk(ReadOnlySpan<byte> bytes)
    {
        if (RtcpReader.TryOpen(bytes, out var reader) != RtcpParseError.None) return;

        var packets = 0;
        while (reader.TryRead(out var packet))
        {
            packet.TryReadSource(out _);
            packet.TryReadSenderInfo(out _);
            packet.TryReadCname(out _);
            for (var i = 0; packet.TryReadBlock(i, out _); i++) Assert.True(i < 32);
            Assert.True(++packets <= bytes.Length / 4);
        }
    }
}
