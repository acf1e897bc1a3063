using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;
using Xunit;

namespace OrleansAcd.Tests.Fuzz.Rtp;

/// <summary>A million mutated RTP, RTCP and WAV inputs: none throws, none reads or writes outside. Seeded; the seed is
/// printed.</summary>
public sealed class MediaFuzzTests
{
    private const ulong Seed = 20_261_122;

    [Fact]
    public void FourHundredThousandRtpPacketsThroughTheWholePath()
    {
        var random = new SeededIdSource(Seed);
        var (rewriter, statistics) = (new RelayRewriter(random), new ReceiverStatistics());
        var keys = new TelephoneEventReceiver();
        var latch = new Latch(LatchPolicy.Default);
        latch.Expect(TransportAddress.FromIpV4(0x7F000001, 4_000));
        Run(400_000, random, SeedRtp, (packet, i) =>
        {
            if (RtpHeader.TryParse(packet, out var header) != RtpParseError.None) return;

            Assert.True(header.PayloadOffset + header.PayloadLength <= packet.Length && header.PayloadLength >= 0);
            var now = Instant.FromMilliseconds(i);
            var from = TransportAddress.FromIpV4(0x7F000001, header.Sequence.Value);
            latch.Handle(from, header.Ssrc, header.Sequence, now);
            statistics.Handle(header.Sequence, header.Timestamp, now);
            var payload = packet.AsSpan(header.PayloadOffset, header.PayloadLength);
            keys.Handle(header.Marker, header.Timestamp, payload, now);
            while (keys.TryPoll(out var key)) Assert.True(key.Duration >= TimeSpan.Zero);
            if (i % 7 == 0) rewriter.Skip(header);
            var sent = rewriter.Rewrite(packet, header, header.PayloadType, now);
            G711.Transcode(G711Codec.Pcmu, G711Codec.Pcma, sent.IsEmpty ? sent : sent[RtpHeader.FixedBytes..]);
            if (i % 100 == 0)
            {
                var report = statistics.NextReport(header.Ssrc, 0, TimeSpan.Zero);
                Assert.True(report.CumulativeLost >= -0x80_0000);
            }

        });
        Assert.True(statistics.PacketsReceived > 1_000);
    }

    [Fact]
    public void FourHundredThousandRtcpCompounds()
    {
        var opened = 0;
        Run(400_000, new SeededIdSource(Seed + 1), SeedRtcp, (packet, _) =>
        {
            if (RtcpReader.TryOpen(packet, out var reader) != RtcpParseError.None) return;

            opened++;
            while (reader.TryRead(out var one))
            {
                one.TryReadSource(out Ssrc _);
                one.TryReadSenderInfo(out SenderInfo _);
                one.TryReadCname(out ReadOnlySpan<byte> _);
                for (var i = 0; one.TryReadBlock(i, out var block); i++)
                {
                    NtpTime.RoundTrip(Instant.FromMilliseconds(i), block);
                }

            }
        });
        Assert.True(opened > 1_000);
    }

    [Fact]
    public void TwoHundredThousandWavFiles()
    {
        var read = 0;
        Run(200_000, new SeededIdSource(Seed + 2), SeedWav, (file, _) =>
        {
            var result = WavReader.TryRead(file, out var audio);
            Assert.Equal(result is WavReadResult.None or WavReadResult.Truncated, audio is not null);
            if (audio is not null) read++;
        });
        Assert.True(read > 1_000);
    }

    /// <summary>Mutates one seed input a time: bytes flipped, set to edges, cut, doubled.</summary>
    private static void Run(int count, SeededIdSource random, Func<byte[]> seed, Action<byte[], int> handle)
    {
        var original = seed();
        for (var i = 0; i < count; i++)
        {
            var input = Mutate(original, random);
            try
            {
                handle(input, i);
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {Seed}, input {i}: {Convert.ToHexString(input)} threw {error}");
            }
        }
    }

    private static byte[] Mutate(byte[] original, SeededIdSource random)
    {
        var bits = random.NextBits();
        var input = (bits & 7) switch
        {
            0 => original[..(int)(random.NextBits() % (ulong)(original.Length + 1))],
            1 => [.. original, .. original],
            _ => original.ToArray(),
        };
        for (var changes = (int)((bits >> 8) % 6); changes > 0 && input.Length > 0; changes--)
        {
            var next = random.NextBits();
            // Headers are where harm is done: half the changes go to the first 32 bytes.
            var reach = (next & 1) == 0 ? Math.Min(48, input.Length) : input.Length;
            var at = (int)((next >> 32) % (ulong)reach);
            input[at] = ((next >> 1) & 3) switch
            {
                0 => 0,
                1 => 0xFF,
                2 => (byte)(input[at] ^ (1 << (int)((next >> 8) & 7))),
                _ => (byte)(next >> 16),
            };
        }

        return input;
    }

    private static byte[] SeedRtp() => Convert.FromHexString(
        "B2E500010000000200000003" + "0101010102020202" + "BEDE000109090909" + "050A01400000000000000004");

    private static byte[] SeedRtcp()
    {
        var buffer = new byte[RtcpWriter.CompoundMaxBytes];
        var block = new ReportBlock(new(9), 1, 2, 3, 4, 5, 6);
        var info = new SenderInfo(new(1), new(2), 3, 4);
        return buffer[..RtcpWriter.Write(buffer, new(5), info, block, "0123456789abcdef"u8, isBye: true)];
    }

    private static byte[] SeedWav() => WavWriter.ToBytes(new short[64], 8_000);
}
