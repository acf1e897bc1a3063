using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Fuzz.Srtp;

/// <summary>Mutated SRTP, SRTCP and key attributes: nothing throws, nothing forged passes. Seeded.</summary>
public sealed class SrtpFuzzTests
{
    private const int Seed = 20_261_122;

    [Fact]
    public void AHundredAndFiftyThousandMutatedPacketsNeverOpenAndNeverHarm()
    {
        foreach (var suite in SrtpSuite.All)
        {
            var random = new Random(Seed);
            var master = new byte[suite.MasterBytes];
            random.NextBytes(master);
            Assert.True(SrtpKey.TryCreate(suite, master, out var key));
            using var sender = new SrtpSender(key);
            using var receiver = new SrtpReceiver(key);
            for (var i = 0; i < 25_000; i++)
            {
                var isReport = i % 5 == 0;
                var packet = Seal(sender, isReport, (ushort)i);
                var mutated = Mutate(packet, random);
                var before = mutated.ToArray();
                var length = 0;
                var verdict = isReport
                    ? receiver.OpenRtcp(mutated, out length)
                    : receiver.OpenRtp(mutated, out length);
                Assert.True(verdict != SrtpVerdict.Done && length == 0, $"{suite}, seed {Seed}, {i}: {verdict}");
                Assert.Equal(before, mutated);
                verdict = isReport ? receiver.OpenRtcp(packet, out _) : receiver.OpenRtp(packet, out _);
                Assert.Equal(SrtpVerdict.Done, verdict);
            }
        }
    }

    [Fact]
    public void TwoHundredThousandMutatedKeyAttributes()
    {
        var random = new Random(Seed);
        var taken = 0;
        const string Alphabet = "0123456789 \t|:;=+/-^AESCMinline_GHKDRW\u00e9\0";
        for (var i = 0; i < 200_000; i++)
        {
            var suite = SdesSuite.All[random.Next(SdesSuite.All.Length)];
            var text = new CryptoAttribute(random.Next(1, 9), suite, new byte[suite.MasterBytes]).ToValue().ToList();
            if (random.Next(3) == 0) text.AddRange("|2^31|1:4 KDR=0 WSH=64");
            for (var change = random.Next(4); change >= 0; change--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0: text[at] = Alphabet[random.Next(Alphabet.Length)]; break;
                    case 1: text.RemoveAt(at); break;
                    default: text.Insert(at, Alphabet[random.Next(Alphabet.Length)]); break;
                }
            }

            var error = CryptoAttribute.TryParse(new string([.. text]), out var line);
            Assert.Equal(error == CryptoError.None, line is not null);
            if (line is null) continue;

            taken++;
            Assert.Equal(line.Suite.MasterBytes, line.Master.Length);
            Assert.Equal(CryptoError.None, CryptoAttribute.TryParse(line.ToValue(), out _));
        }

        Assert.InRange(taken, 1_000, 199_000);
    }

    private static byte[] Seal(SrtpSender sender, bool isReport, ushort sequence)
    {
        var length = isReport ? 28 : 52;
        var packet = new byte[length + SrtpSuite.GrowthMaxBytes];
        (packet[0], packet[1]) = (0x80, (byte)(isReport ? 201 : 0));
        (packet[2], packet[3]) = isReport ? ((byte)0, (byte)6) : ((byte)(sequence >> 8), (byte)sequence);
        packet[isReport ? 4 : 8] = 7;
        var verdict = isReport ? sender.ProtectRtcp(packet, ref length) : sender.ProtectRtp(packet, ref length);
        Assert.Equal(SrtpVerdict.Done, verdict);
        return packet[..length];
    }

    /// <summary>Always another packet than the one given.</summary>
    private static byte[] Mutate(byte[] packet, Random random)
    {
        switch (random.Next(4))
        {
            case 0: return packet[..random.Next(packet.Length)];
            case 1: return [.. packet, .. new byte[random.Next(1, 60)]];
            default:
                var changed = packet.ToArray();
                for (var i = random.Next(1, 5); i > 0; i--)
                {
                    changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
                }

                if (changed.AsSpan().SequenceEqual(packet)) changed[0] ^= 1;
                return changed;
        }
    }
}
