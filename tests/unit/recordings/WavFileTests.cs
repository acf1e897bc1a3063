using System.Buffers.Binary;
using OrleansAcd.Audio;
using OrleansAcd.Recordings.Formats;
using Xunit;

namespace OrleansAcd.Tests.Unit.Recordings;

/// <summary>Files that are whole at every moment, and what a crash leaves of them.</summary>
public sealed class WavFileTests
{
    [Theory]
    [InlineData(1, 8_000)]
    [InlineData(2, 8_000)]
    [InlineData(2, 16_000)]
    public void AFileIsByteForByteWhatTheWriterOfPromptsWouldWrite(int channels, int rate)
    {
        using var folder = new RecordingFolder();
        var samples = Ramp(channels * 1_000);
        using (var file = WavFile.Create(folder.File("a.wav"), new WavFormat(channels, rate)))
        {
            file.Write(0, samples.AsSpan(0, channels * 400));
            file.Write(400, samples.AsSpan(channels * 400));
            file.Finish(1_000);
        }

        Assert.Equal(WavWriter.ToBytes(samples, rate, channels), File.ReadAllBytes(folder.File("a.wav")));
    }

    [Fact]
    public void MoreThanTwoChannelsAreExtensiblePcm()
    {
        var header = new byte[WavFormat.ExtensibleHeaderBytes];
        new WavFormat(3, 8_000).WriteHeader(header, 60);

        Assert.Equal(68, header.Length);
        Assert.Equal(60u + 60, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)));
        Assert.Equal((40, 3), (header[16], header[22]));
        Assert.Equal(0xFFFE, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(20)));
        Assert.Equal(48_000, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(28)));
        Assert.Equal((6, 16, 22), (header[32], header[34], header[36]));
        Assert.Equal(
            new Guid("00000001-0000-0010-8000-00aa00389b71"), new Guid(header.AsSpan(44, 16)));
        Assert.Equal("data"u8.ToArray(), header[60..64]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void WhatHasBeenCommittedIsReadableWhileTheFileIsWritten(int channels)
    {
        using var folder = new RecordingFolder();
        using var file = WavFile.Create(folder.File("a.wav"), new WavFormat(channels, 8_000));
        for (var second = 0; second < 3; second++)
        {
            Assert.Equal(second * 8_000, FramesSaid(folder.File("a.wav"), channels));
            file.Write(second * 8_000, Ramp(channels * 8_000));
            file.Commit((second + 1) * 8_000);
        }

        Assert.Equal(24_000, FramesSaid(folder.File("a.wav"), channels));
    }

    [Fact]
    public void WhatWasNeverWrittenIsSilence()
    {
        using var folder = new RecordingFolder();
        using (var file = WavFile.Create(folder.File("a.wav"), new WavFormat(2, 8_000)))
        {
            file.Write(100, [7, 8]);
            var back = new short[4];
            file.Read(99, back);
            Assert.Equal([0, 0, 7, 8], back);
            file.Finish(200);
        }

        WavFormat.TryRead(File.ReadAllBytes(folder.File("a.wav")), out _, out var bytes);
        Assert.Equal(800, bytes);
        var sound = File.ReadAllBytes(folder.File("a.wav"))[44..];
        Assert.Equal((800, 7, 8), (sound.Length, sound[400], sound[402]));
        Assert.All(sound[404..], value => Assert.Equal(0, value));
    }

    /// <summary>Cut at every byte of its last 300: to the last whole frame nothing is lost, and the header is
    /// right.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void AFileCutAnywhereKeepsEveryWholeFrame(int channels)
    {
        using var folder = new RecordingFolder();
        var path = folder.File("a.wav");
        var format = new WavFormat(channels, 8_000);
        byte[] whole;
        using (var file = WavFile.Create(path, format))
        {
            file.Write(0, Ramp(channels * 100));
            file.Commit(60);
            whole = File.ReadAllBytes(path);
        }

        for (var length = whole.Length; length >= whole.Length - 300 && length >= 0; length--)
        {
            File.WriteAllBytes(path, whole[..length]);
            var frames = Math.Max(0, length - format.HeaderBytes) / format.FrameBytes;

            var repaired = WavRepair.Repair(path);

            Assert.Equal(frames == 0 ? null : (format, frames), repaired);
            if (frames == 0) continue;
            var kept = File.ReadAllBytes(path);
            Assert.Equal(format.HeaderBytes + (frames * format.FrameBytes), kept.Length);
            Assert.Equal(frames, FramesSaid(path, channels));
            Assert.Equal(whole[format.HeaderBytes..kept.Length], kept[format.HeaderBytes..]);
        }
    }

    [Fact]
    public void AHeaderCutOrDamagedAnywhereIsNoneOfOurs()
    {
        using var folder = new RecordingFolder();
        var path = folder.File("a.wav");
        var whole = WavWriter.ToBytes(Ramp(200), 8_000, 2);
        for (var i = 8; i < 40; i++)
        {
            var bad = whole.ToArray();
            bad[i] ^= 0x55;
            File.WriteAllBytes(path, bad);
            Assert.Null(WavRepair.Repair(path));
            File.WriteAllBytes(path, whole[..i]);
            Assert.Null(WavRepair.Repair(path));
        }
    }

    [Fact]
    public void AFileIsItsOwnersAloneAndIsNeverWrittenOver()
    {
        using var folder = new RecordingFolder();
        using var file = WavFile.Create(folder.File("a.wav"), new WavFormat(1, 8_000));

        Assert.Throws<IOException>(() => WavFile.Create(folder.File("a.wav"), new WavFormat(1, 8_000)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("a.wav")));
        }
    }

    private static long FramesSaid(string path, int channels)
    {
        Assert.True(WavFormat.TryRead(File.ReadAllBytes(path), out var format, out var bytes));
        Assert.Equal(channels, format.Channels);
        return bytes / format.FrameBytes;
    }

    private static short[] Ramp(int samples) =>
        [.. Enumerable.Range(1, samples).Select(i => (short)((i * 37 % 32_000) + 1))];
}
