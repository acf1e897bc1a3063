using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.Srtp;

/// <summary>AES in counter mode: the processor and libcrypto say the same.</summary>
public sealed class AesCounterModeTests
{
    [SkippableTheory]
    [InlineData(16)]
    [InlineData(32)]
    public void TheProcessorAndTheLibraryEncryptAlikeWhateverTheLength(int keyBytes)
    {
        Skip.IfNot(AesInstructions.IsSupported && SrtpSuite.IsSupported);
        var random = new Random(7);
        var (key, salt) = (new byte[keyBytes], new byte[14]);
        for (var length = 0; length <= 200; length++)
        {
            random.NextBytes(key);
            random.NextBytes(salt);
            using var byProcessor = new AesCounterMode(key, salt, byInstructions: true);
            using var byLibrary = new AesCounterMode(key, salt, byInstructions: false);
            var (ssrc, index) = ((uint)random.Next(), (ulong)random.NextInt64(1L << 48));
            var plain = new byte[length];
            random.NextBytes(plain);
            var (one, other) = (plain.ToArray(), plain.ToArray());
            byProcessor.Apply(one, ssrc, index, (ushort)length);
            byLibrary.Apply(other, ssrc, index, (ushort)length);
            Assert.Equal(other, one);
            if (length >= 16) Assert.NotEqual(plain, one);
        }
    }
}
