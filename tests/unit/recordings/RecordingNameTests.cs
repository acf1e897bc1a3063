using OrleansAcd.Contracts;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Stores;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recordings;

/// <summary>Only names that we make are names: nothing else becomes a path or a key.</summary>
public sealed class RecordingNameTests
{
    [Theory]
    [InlineData("20261122-01k7abcdefghjkmnpqrstvw-1-001.wav")]
    [InlineData("20261122-call-1-12-100.opus")]
    [InlineData("20261122-call_1-999-99999.wav")]
    public void ANameIsReadAsItWasWritten(string text)
    {
        Assert.True(RecordingName.TryParse(text, out var name));
        Assert.Equal(text, name.ToString());
        Assert.Equal(new DateOnly(2026, 11, 22), name.Day);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".wav")]
    [InlineData("../20261122-call-1-001.wav")]
    [InlineData("20261122-../x-1-001.wav")]
    [InlineData("20261122-a/b-1-001.wav")]
    [InlineData("20261122-a\\b-1-001.wav")]
    [InlineData("20261122-call-1-001.wav.json")]
    [InlineData("20261122-call-1-001.exe")]
    [InlineData("20261122-call-1-1.wav")]
    [InlineData("20261122-call-01-001.wav")]
    [InlineData("20261122-call-0-001.wav")]
    [InlineData("20261122-call-1-000.wav")]
    [InlineData("20261322-call-1-001.wav")]
    [InlineData("20261122--1-001.wav")]
    [InlineData("20261122-call-+1-001.wav")]
    [InlineData("20261122-call\u0000-1-001.wav")]
    [InlineData("20261122-1-001.wav")]
    [InlineData("-")]
    public void AnythingElseIsNone(string? text) => Assert.False(RecordingName.TryParse(text, out _));

    [Fact]
    public void TheLongestNameFits()
    {
        var name = new RecordingName(
            RecordingFolder.Day, new CallId(new string('c', RecordingName.CallCharsMax)), RecordingName.RecordingMax,
            RecordingName.SegmentMax, RecordingName.Opus);

        Assert.Equal(RecordingName.CharsMax, name.ToString().Length);
        Assert.True(RecordingName.TryParse(name.ToString(), out var read));
        Assert.Equal(name, read);
    }

    /// <summary>01JD9Q... is a time in November 2024, as this base 32 is widely used.</summary>
    [Theory]
    [InlineData("0000000000aaaaaaaaaaaaa", 1970, 1, 1)]
    [InlineData("01jd9q0000aaaaaaaaaaaaa", 2024, 11, 22)]
    public void ACallsIdTellsItsDay(string id, int year, int month, int day) =>
        Assert.Equal(new DateOnly(year, month, day), CallDay.Of(new CallId(id)));

    [Theory]
    [InlineData("call-1")]
    [InlineData("zzzzzzzzzzaaaaaaaaaaaaa")]
    [InlineData("01jd9q0000aaaaaaaaaaaau")]
    public void AnIdOfAnotherMakeTellsNone(string id)
    {
        Assert.Null(CallDay.Of(new CallId(id)));
        Assert.Equal("", new RecordingFilter(new CallId(id)).Prefix);
    }
}
