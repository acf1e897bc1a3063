namespace OrleansAcd.Recordings.Formats;

/// <summary>A recorded file while it is written: frames in, a file that is whole after every commit.</summary>
/// <remarks>A frame is one sample of each channel. One thread at a time; every member may throw
/// <see cref="IOException"/>.</remarks>
public interface ISegmentFile : IDisposable
{
    string Path { get; }

    /// <summary>Whether frames that are written already can be written over.</summary>
    bool CanGoBack { get; }

    /// <summary>Writes frames at their place; a place that is never written is silent.</summary>
    /// <param name="frame">The first one's number, counted from the file's beginning.</param>
    void Write(long frame, ReadOnlySpan<short> interleaved);

    /// <summary>Reads frames that were written; what was not is silence.</summary>
    void Read(long frame, Span<short> interleaved);

    /// <summary>From now on the file says that it holds so many frames.</summary>
    void Commit(long frames);

    /// <summary>The file is complete: exactly so many frames, on the disk.</summary>
    void Finish(long frames);
}
