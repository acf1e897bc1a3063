using System.Buffers.Binary;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Location;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>Questions to name servers and their responses: RFC 1035 §4, RFC 2782, RFC 3403; bytes never
/// throw.</summary>
public sealed class DnsRules
{
    private const string Name = "_sip._udp.example.com";

    [Fact]
    public void AQuestionSaysNameKindAndRoom()
    {
        var bytes = DnsMessage.Question(0x1234, "_sip._udp.example.com.", DnsRecordType.Srv)!;

        Assert.Equal("1234010000010000" + "00000001", Convert.ToHexString(bytes[..12]));
        Assert.Equal("\u0004_sip\u0004_udp\u0007example\u0003com\0", Encoding.ASCII.GetString(bytes[12..35]));
        Assert.Equal("00210001" + "00" + "0029" + "04D0", Convert.ToHexString(bytes[35..44]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("ä.example")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234.example")]
    public void ANameThatIsNoneIsNotAskedFor(string name) =>
        Assert.Null(DnsMessage.Question(1, name, DnsRecordType.Srv));

    /// <summary>Names of records point back to the question's (RFC 1035 §4.1.4).</summary>
    [Fact]
    public void ServicesAreReadWithCompressedNames()
    {
        var response = Response(DnsRecordType.Srv, 0x8180, [Srv(10, 60, 5070), Srv(20, 0, 5080)]);

        Assert.Equal(DnsError.None, DnsMessage.TryRead(response, 7, Name, DnsRecordType.Srv, out var answer));
        Assert.Equal(
            [new SrvRecord(10, 60, 5070, "pbx.example.com"), new SrvRecord(20, 0, 5080, "pbx.example.com")],
            answer.Services);
    }

    [Fact]
    public void TransportsAreRead()
    {
        byte[] data = [0, 50, 0, 60, 1, .. "s"u8, 7, .. "SIP+D2T"u8, 0, 4, .. "_sip"u8, 4, .. "_tcp"u8, 0xC0, 22];
        var response = Response(DnsRecordType.Naptr, 0x8180, [Record(DnsRecordType.Naptr, data)]);

        Assert.Equal(DnsError.None, DnsMessage.TryRead(response, 7, Name, DnsRecordType.Naptr, out var answer));
        Assert.Equal([new NaptrRecord(50, 60, "s", "SIP+D2T", "_sip._tcp.example.com")], answer.Transports);
    }

    /// <summary>RFC 5452 §4: what does not answer our question is nobody's.</summary>
    [Theory]
    [InlineData(8, Name, DnsError.NotOurs)]
    [InlineData(7, "_sip._tcp.example.com", DnsError.NotOurs)]
    [InlineData(7, "_SIP._udp.Example.com", DnsError.None)]
    public void OnlyTheAnswerToOurQuestionIsTaken(ushort id, string name, DnsError error) =>
        Assert.Equal(
            error, DnsMessage.TryRead(Response(DnsRecordType.Srv, 0x8180, []), id, name, DnsRecordType.Srv, out _));

    [Theory]
    [InlineData(0x8180, DnsError.None)]
    [InlineData(0x8183, DnsError.NoSuchName)]
    [InlineData(0x8182, DnsError.ServerFailure)]
    [InlineData(0x8380, DnsError.Truncated)]
    [InlineData(0x0100, DnsError.NotOurs)]
    public void TheHeaderSaysWhatBecameOfIt(ushort flags, DnsError error) => Assert.Equal(
        error, DnsMessage.TryRead(Response(DnsRecordType.Srv, flags, []), 7, Name, DnsRecordType.Srv, out _));

    [Fact]
    public void ANameThatPointsToItselfEnds()
    {
        byte[] data = [0, 1, 0, 1, 0, 1, 0xC0, 0];
        var response = Response(DnsRecordType.Srv, 0x8180, [Record(DnsRecordType.Srv, data)]);
        response[^1] = (byte)(response.Length - 2);

        Assert.Equal(DnsError.Malformed, DnsMessage.TryRead(response, 7, Name, DnsRecordType.Srv, out _));
    }

    [Fact]
    public void NoBytesThrowAndNoMoreRecordsAreReadThanTheLimit()
    {
        var many = Enumerable.Range(0, 200).Select(i => Srv(1, 1, (ushort)i)).ToArray();
        var response = Response(DnsRecordType.Srv, 0x8180, many);
        Assert.Equal(DnsError.None, DnsMessage.TryRead(response, 7, Name, DnsRecordType.Srv, out var answer));
        Assert.Equal(DnsMessage.RecordsMax, answer.Services.Count);

        var random = new SeededIdSource(11);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = response[..(int)(random.NextBits() % 200)];
            for (var flip = 0; flip < 4 && bytes.Length > 12; flip++)
            {
                bytes[12 + (int)(random.NextBits() % (ulong)(bytes.Length - 12))] = (byte)random.NextBits();
            }

            _ = DnsMessage.TryRead(bytes, 7, Name, DnsRecordType.Srv, out var read);
            Assert.InRange(read.Services.Count, 0, DnsMessage.RecordsMax);
        }
    }

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

    private static byte[] Srv(ushort priority, ushort weight, ushort port)
    {
        var data = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data, priority);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), weight);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), port);
        return Record(DnsRecordType.Srv, [.. data, 3, .. "pbx"u8, 0xC0, 22]);
    }

    private static byte[] Record(DnsRecordType type, byte[] data) =>
        [0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private static byte[] Response(DnsRecordType type, ushort flags, byte[][] records)
    {
        byte[] head = [0, 7, (byte)(flags >> 8), (byte)flags, 0, 1, 0, (byte)records.Length, 0, 0, 0, 0];
        byte[] question =
            [4, .. "_sip"u8, 4, .. "_udp"u8, 7, .. "example"u8, 3, .. "com"u8, 0, 0, (byte)type, 0, 1];
        return [.. head, .. question, .. records.SelectMany(record => record)];
    }
}
