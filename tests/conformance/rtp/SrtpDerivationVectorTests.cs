using System.Text.Json;
using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Rtp;

/// <summary>RFC 3711 appendix B.2 and B.3, RFC 6188 §7.2: key stream and key derivation.</summary>
public sealed class SrtpDerivationVectorTests
{
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeyStreamIsThatOfAppendixB2(bool byInstructions)
    {
        Skip.If(byInstructions && !AesInstructions.IsSupported);
        var cases = Vectors().Where(v => v.TryGetProperty("counter", out _)).ToList();
        Assert.Equal(6, cases.Count);
        foreach (var vector in cases)
        {
            using var cipher = new AesCounterMode(Hex(vector, "key"), Hex(vector, "salt"), byInstructions);
            var stream = new byte[16];
            cipher.Apply(stream, 0, 0, Convert.ToUInt16(vector.GetProperty("counter").GetString(), 16));
            Assert.Equal(Hex(vector, "keystream"), stream);
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void SessionKeysAreDerivedAsInAppendixB3AndRfc6188(bool byInstructions)
    {
        Skip.If(byInstructions && !AesInstructions.IsSupported);
        var cases = Vectors().Where(v => v.TryGetProperty("label", out _)).ToList();
        Assert.Equal(6, cases.Count);
        foreach (var vector in cases)
        {
            using var derivation = new AesCounterMode(
                Hex(vector, "master_key"), Hex(vector, "master_salt"), byInstructions);
            var expected = Hex(vector, "out");
            var derived = new byte[expected.Length];
            derivation.Derive(vector.GetProperty("label").GetByte(), derived);
            Assert.Equal(expected, derived);
        }
    }

    private static List<JsonElement> Vectors()
    {
        var file = MediaVectors.Path("rtp/rfc3711/vectors.json");
        return [.. JsonDocument.Parse(File.ReadAllText(file)).RootElement.EnumerateArray()];
    }

    private static byte[] Hex(JsonElement vector, string name) =>
        Convert.FromHexString(vector.GetProperty(name).GetString()!);
}
