using System.Text.RegularExpressions;
using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Rtp;

/// <summary>RFC 7714 sections 16 and 17: whole packets, byte for byte, both ways.</summary>
public sealed partial class SrtpGcmVectorTests
{
    private const string RtpFile = "rtp/rfc7714/rtp-vectors.txt";
    private const string RtcpFile = "rtp/rfc7714/rtcp-vectors.txt";
    private const uint RtcpIndex = 0x5d4;

    private static readonly byte[] Salt = "Quid pro quo"u8.ToArray();

    [SkippableTheory]
    [InlineData("16.1.1", 16)]
    [InlineData("16.2.1", 32)]
    public void AnSrtpPacketIsSealedAndOpenedAsThere(string section, int keyBytes)
    {
        var text = Section(RtpFile, section);
        var plain = Block(text, "Encrypting the following packet:");
        var sealedPacket = Block(text, "Encrypted and tagged packet:");
        using var transform = Transform(keyBytes);

        var buffer = new byte[plain.Length + 16];
        plain.CopyTo(buffer, 0);
        Assert.Equal(sealedPacket.Length, transform.ProtectRtp(buffer, 12, plain.Length, 0xF17B));
        Assert.Equal(sealedPacket, buffer);

        Assert.Equal(plain.Length, transform.OpenRtp(buffer, 12, 0xF17B));
        Assert.Equal(plain, buffer[..plain.Length]);
    }

    [SkippableTheory]
    [InlineData("16.1.3", "16.1.4", 16)]
    [InlineData("16.2.3", "16.2.4", 32)]
    public void AnRtpPacketIsTaggedAndVerifiedAsThere(string tagging, string verifying, int keyBytes)
    {
        var plain = Block(Section(RtpFile, tagging), "Tagging the following packet:");
        var expected = Block(Section(RtpFile, tagging), "Tagged packet:")[^16..];
        var received = Block(Section(RtpFile, verifying), "Verifying the following packet:");
        using var cipher = new AesGcmCipher(Key(keyBytes), Salt);

        var tag = new byte[16];
        cipher.Seal(0x5501a0b2, 0xF17B, new AssociatedData(plain, default), default, default, tag);
        Assert.Equal(expected, tag);

        var signed = new AssociatedData(received.AsSpan(0, received.Length - 16), default);
        var theirs = received.AsSpan(received.Length - 16);
        Assert.True(cipher.TryOpen(0x5501a0b2, 0xF17B, signed, default, theirs, default));
    }

    [SkippableFact]
    public void AnSrtcpPacketIsSealedAsInSection17Point1()
    {
        var text = Section(RtcpFile, "17.1");
        var plain = Block(text, "Encrypting the following packet:");
        using var transform = Transform(16);

        var buffer = new byte[plain.Length + 20];
        plain.CopyTo(buffer, 0);
        Assert.Equal(buffer.Length, transform.ProtectRtcp(buffer, plain.Length, RtcpIndex));
        Assert.Equal(Block(text, "Encrypted and tagged packet:"), buffer);
    }

    [SkippableTheory]
    [InlineData("17.2", 32, "Decrypting the following packet:", "Verified and decrypted packet:")]
    [InlineData("17.3", 16, "Tagged packet:", "Tagging the following packet:")]
    [InlineData("17.4", 32, "Verifying the following packet:", null)]
    public void AnSrtcpPacketIsOpenedAsThere(string section, int keyBytes, string from, string? to)
    {
        var text = Section(RtcpFile, section);
        var packet = Block(text, from);
        var expected = to is null ? packet[..^20] : Block(text, to);
        using var transform = Transform(keyBytes);

        Assert.Equal(RtcpIndex, transform.RtcpIndex(packet));
        Assert.Equal(expected.Length, transform.OpenRtcp(packet));
        Assert.Equal(expected, packet[..expected.Length]);
    }

    private static SrtpGcmTransform Transform(int keyBytes) => new(Key(keyBytes), Salt);

    private static byte[] Key(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];

    private static string Section(string file, string number)
    {
        var text = File.ReadAllText(MediaVectors.Path(file));
        var start = Regex.Match(text, $@"^{Regex.Escape(number)}\.  ", RegexOptions.Multiline);
        Assert.True(start.Success, $"no section {number}");
        var end = Heading().Match(text, start.Index + start.Length);
        return end.Success ? text[start.Index..end.Index] : text[start.Index..];
    }

    /// <summary>The hexadecimal lines under a caption.</summary>
    private static byte[] Block(string section, string caption)
    {
        var at = section.IndexOf(caption, StringComparison.Ordinal);
        Assert.True(at >= 0, caption);
        var lines = section[(at + caption.Length)..].Split('\n').SkipWhile(string.IsNullOrWhiteSpace)
            .TakeWhile(line => Hexadecimal().IsMatch(line));
        return Convert.FromHexString(string.Concat(lines).Replace(" ", "", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\d+(\.\d+)+\.  ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^ +([0-9a-f]{2,8} ?)+\s*$")]
    private static partial Regex Hexadecimal();
}
