using System.Security.Cryptography;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recordings;

/// <summary>chain(n) = SHA-256(chain(n-1) || sha256(n)).</summary>
public sealed class RecordingChainTests
{
    private static readonly string One = Convert.ToHexStringLower(SHA256.HashData("one"u8));
    private static readonly string Two = Convert.ToHexStringLower(SHA256.HashData("two"u8));

    [Fact]
    public void TheChainIsTheHashOfTheChainBeforeAndTheFilesHash()
    {
        var bytes = new byte[64];
        SHA256.HashData("one"u8).CopyTo(bytes, 32);
        var first = Convert.ToHexStringLower(SHA256.HashData(bytes));

        Assert.Equal(first, RecordingChain.Next(null, One));
        Assert.Equal(first, RecordingChain.Next("", One.ToUpperInvariant()));
        Convert.FromHexString(first).CopyTo(bytes, 0);
        SHA256.HashData("two"u8).CopyTo(bytes, 32);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), RecordingChain.Next(first, Two));
    }

    [Fact]
    public void AMissingChangedOrReorderedFileBreaksTheChain()
    {
        var chain = RecordingChain.Next(RecordingChain.Next(null, One), Two)!;

        Assert.True(RecordingChain.Verify([One, Two], chain));
        Assert.False(RecordingChain.Verify([Two, One], chain));
        Assert.False(RecordingChain.Verify([One], chain));
        Assert.False(RecordingChain.Verify([One, One], chain));
        Assert.False(RecordingChain.Verify([One, "x"], chain));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public void WhatIsNoHashGivesNoChain(string? hash)
    {
        Assert.Null(RecordingChain.Next(null, hash));
        if (!string.IsNullOrEmpty(hash)) Assert.Null(RecordingChain.Next(hash, One));
    }
}
