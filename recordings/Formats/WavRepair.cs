using Microsoft.Win32.SafeHandles;

namespace OrleansAcd.Recordings.Formats;

/// <summary>Puts a WAV file in order that a process left in the middle of writing: what is there is kept, to the last
/// whole frame.</summary>
public static class WavRepair
{
    /// <returns>The format and the frames that the file now holds; null when it holds no sound of ours.</returns>
    public static (WavFormat Format, long Frames)? Repair(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        Span<byte> header = stackalloc byte[WavFormat.ExtensibleHeaderBytes];
        var length = RandomAccess.GetLength(handle);
        var read = RandomAccess.Read(handle, header, 0);
        if (!WavFormat.TryRead(header[..read], out var format, out var dataBytes)) return null;

        // Sound that the header does not know of yet is sound all the same.
        var frames = Math.Min(length - format.HeaderBytes, WavFormat.DataBytesMax) / format.FrameBytes;
        if (frames == 0) return null;

        var isWhole = dataBytes == frames * format.FrameBytes && length == format.HeaderBytes + dataBytes;
        if (!isWhole) Write(handle, format, frames);
        return (format, frames);
    }

    private static void Write(SafeFileHandle handle, WavFormat format, long frames)
    {
        Span<byte> header = stackalloc byte[WavFormat.ExtensibleHeaderBytes];
        RandomAccess.SetLength(handle, format.HeaderBytes + (frames * format.FrameBytes));
        RandomAccess.Write(handle, format.WriteHeader(header, frames * format.FrameBytes), 0);
        RandomAccess.FlushToDisk(handle);
    }
}
