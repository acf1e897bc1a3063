using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansAcd.Recordings.Formats;

/// <summary>A WAV file that is readable at any time while it is written: sound first, then the sizes in the
/// header.</summary>
/// <remarks>Whatever moment the process dies at, the header says at most as much as there is. A part that could not be
/// written stays a hole, which reads as silence.</remarks>
public sealed class WavFile : ISegmentFile
{
    private readonly SafeFileHandle _handle;
    private readonly byte[] _header = new byte[WavFormat.ExtensibleHeaderBytes];

    private WavFile(string path, WavFormat format, SafeFileHandle handle) =>
        (Path, Format, _handle) = (path, format, handle);

    public string Path { get; }

    public WavFormat Format { get; }

    public bool CanGoBack => true;

    /// <summary>Makes a new file, for its owner's eyes only.</summary>
    /// <exception cref="IOException">It is there already, or cannot be made.</exception>
    public static WavFile Create(string path, WavFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(format.Channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(format.Channels, WavFormat.ChannelsMax);
        var handle = OwnFile.Create(path);
        var file = new WavFile(path, format, handle);
        try
        {
            file.Commit(0);
            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a file that is whole.</summary>
    /// <returns>Null when it holds no sound of ours.</returns>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static WavFile? Open(string path, out long frames)
    {
        frames = 0;
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[WavFormat.ExtensibleHeaderBytes];
        var read = RandomAccess.Read(handle, header, 0);
        if (WavFormat.TryRead(header[..read], out var format, out var dataBytes))
        {
            frames = dataBytes / format.FrameBytes;
            return new WavFile(path, format, handle);
        }

        handle.Dispose();
        return null;
    }

    public void Write(long frame, ReadOnlySpan<short> interleaved) =>
        RandomAccess.Write(_handle, LittleEndian(interleaved), OffsetOf(frame));

    public void Read(long frame, Span<short> interleaved)
    {
        var bytes = MemoryMarshal.AsBytes(interleaved);
        bytes.Clear();
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_handle, bytes[done..], OffsetOf(frame) + done);
            if (read == 0) break;
            done += read;
        }

        if (!BitConverter.IsLittleEndian) Swap(interleaved);
    }

    public void Commit(long frames) =>
        RandomAccess.Write(_handle, Format.WriteHeader(_header, frames * Format.FrameBytes), 0);

    public void Finish(long frames)
    {
        RandomAccess.SetLength(_handle, OffsetOf(frames));
        Commit(frames);
        RandomAccess.FlushToDisk(_handle);
    }

    public void Dispose() => _handle.Dispose();

    private long OffsetOf(long frame) => Format.HeaderBytes + (frame * Format.FrameBytes);

    private static ReadOnlySpan<byte> LittleEndian(ReadOnlySpan<short> samples)
    {
        if (BitConverter.IsLittleEndian) return MemoryMarshal.AsBytes(samples);

        var swapped = samples.ToArray();
        Swap(swapped);
        return MemoryMarshal.AsBytes<short>(swapped);
    }

    private static void Swap(Span<short> samples) =>
        System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(samples, samples);
}
