using Microsoft.Win32.SafeHandles;
using OrleansAcd.Audio;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Opus in Ogg (RFC 7845) while it is written: a page or more with every commit, each whole by
/// itself.</summary>
/// <remarks>16 kHz in. What could not be written becomes silence, so that all that follows stays in its
/// place.</remarks>
internal sealed class OpusFile : ISegmentFile
{
    private const int FrameSamples = 320;
    private const int FrameTicks = 960;
    private const int TicksPerSample = 3;

    /// <summary>What the encoder looks ahead at 16 kHz: 6.5 ms.</summary>
    private const int PreSkip = 312;

    private readonly SafeFileHandle _handle;
    private readonly int _channels;
    private readonly uint _serial;
    private readonly AudioEncoder[] _encoders;
    private readonly short[] _frame;
    private readonly short[] _mono = new short[FrameSamples];
    private readonly byte[] _coded = new byte[AudioEncoder.PayloadBytesMax];
    private readonly byte[] _packet;
    private readonly byte[] _body = new byte[OggPage.SegmentsMax * 255];
    private readonly byte[] _segments = new byte[OggPage.SegmentsMax];
    private readonly byte[] _page = new byte[OggPage.BytesMax];
    private int _bodyBytes;
    private int _segmentCount;
    private int _filled;
    private long _offset;
    private long _next;
    private long _packets;
    private long _packetsOnDisk;
    private uint _sequence;

    private OpusFile(string path, SafeFileHandle handle, int channels)
    {
        (Path, _handle, _channels) = (path, handle, channels);
        _serial = (uint)path.GetHashCode(StringComparison.Ordinal);
        _encoders = [.. Enumerable.Range(0, channels).Select(_ => AudioCodecs.NewEncoder(AudioCodecId.Opus))];
        _frame = new short[FrameSamples * channels];
        _packet = new byte[channels * (AudioEncoder.PayloadBytesMax + 2)];
    }

    public string Path { get; }

    public bool CanGoBack => false;

    /// <exception cref="IOException">It is there already, or cannot be made.</exception>
    public static OpusFile Create(string path, WavFormat format)
    {
        var file = new OpusFile(path, OwnFile.Create(path), format.Channels);
        try
        {
            file.WriteHeader(OggOpus.Head(format.Channels, PreSkip, format.SampleRateHz), OggPage.Flags.First);
            file.WriteHeader(OggOpus.Tags(), OggPage.Flags.None);
            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    public void Write(long frame, ReadOnlySpan<short> interleaved)
    {
        while (_next < frame) Add([]);
        for (var i = 0; i < interleaved.Length; i += _channels) Add(interleaved.Slice(i, _channels));
    }

    public void Read(long frame, Span<short> interleaved) => interleaved.Clear();

    public void Commit(long frames) => WritePage(OggPage.Flags.None, PacketGranule);

    public void Finish(long frames)
    {
        // The decoder is behind by what the encoder looks ahead: silence pushes the end out.
        while (_next < frames || _packets * FrameTicks < PreSkip + (frames * TicksPerSample)) Add([]);
        WritePage(OggPage.Flags.Last, PreSkip + (frames * TicksPerSample));
        RandomAccess.FlushToDisk(_handle);
    }

    public void Dispose()
    {
        _handle.Dispose();
        foreach (var encoder in _encoders) encoder.Dispose();
    }

    private long PacketGranule => _packets * FrameTicks;

    /// <summary>One sample of each channel; none: silence.</summary>
    private void Add(ReadOnlySpan<short> samples)
    {
        var at = _frame.AsSpan(_filled * _channels, _channels);
        if (samples.IsEmpty) at.Clear();
        else samples.CopyTo(at);
        _next++;
        if (++_filled < FrameSamples) return;

        _filled = 0;
        AddPacket(Encode());
    }

    private int Encode()
    {
        var length = 0;
        for (var channel = 0; channel < _channels; channel++)
        {
            for (var i = 0; i < FrameSamples; i++) _mono[i] = _frame[(i * _channels) + channel];
            var bytes = _encoders[channel].Encode(_mono, _coded);
            length += OggOpus.Append(_coded.AsSpan(0, bytes), channel == _channels - 1, _packet.AsSpan(length));
        }

        return length;
    }

    private void AddPacket(int bytes)
    {
        if (_segmentCount + OggPage.SegmentsOf(bytes) > OggPage.SegmentsMax)
        {
            WritePage(OggPage.Flags.None, PacketGranule);
        }

        _segmentCount += OggPage.Lace(bytes, _segments.AsSpan(_segmentCount));
        _packet.AsSpan(0, bytes).CopyTo(_body.AsSpan(_bodyBytes));
        _bodyBytes += bytes;
        _packets++;
    }

    private void WriteHeader(byte[] packet, OggPage.Flags flags)
    {
        _segmentCount = OggPage.Lace(packet.Length, _segments);
        packet.CopyTo(_body, 0);
        _bodyBytes = packet.Length;
        WritePage(flags, 0);
    }

    private void WritePage(OggPage.Flags flags, long granule)
    {
        if (_segmentCount == 0 && flags != OggPage.Flags.Last) return;

        var segments = _segments.AsSpan(0, _segmentCount);
        var body = _body.AsSpan(0, _bodyBytes);
        var length = OggPage.Write(_page, flags, granule, _serial, _sequence, segments, body);
        (_segmentCount, _bodyBytes) = (0, 0);
        try
        {
            RandomAccess.Write(_handle, _page.AsSpan(0, length), _offset);
            _offset += length;
            _sequence++;
            _packetsOnDisk = _packets;
        }
        catch (IOException)
        {
            // As if these packets had never been: the next ones begin with silence of their length.
            _packets = _packetsOnDisk;
            (_next, _filled) = (_packets * FrameSamples, 0);
            throw;
        }
    }
}
