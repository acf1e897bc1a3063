using OrleansAcd.Audio;
using OrleansAcd.Recordings;
using OrleansAcd.Recordings.Formats;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>Makes Opus in Ogg (RFC 7845) of a segment whose sound is complete, every channel a stream of its
/// own.</summary>
/// <remarks>Beside the calls and not in them: an encoder's state in libopus is 43 kB a channel, and is only needed for
/// the moment in which a file is made. For one thread.</remarks>
internal sealed class OpusCopy : IDisposable
{
    /// <summary>What the encoder looks ahead, 6.5 ms, in samples of 48 kHz.</summary>
    private const int PreSkip = 312;

    /// <summary>20 ms.</summary>
    private const int FramesPerSecond = 50;

    private const int FrameTicks = OggOpus.ClockHz / FramesPerSecond;

    private readonly WavFormat _format;
    private readonly int _frameSamples;
    private readonly OpusChannel[] _channels;
    private readonly short[] _second;
    private readonly byte[] _packet;

    private OpusCopy(WavFormat format)
    {
        _format = format;
        _frameSamples = format.SampleRateHz / FramesPerSecond;
        _channels = [.. Enumerable.Range(0, format.Channels).Select(_ => new OpusChannel(format.SampleRateHz))];
        _second = new short[format.SampleRateHz * format.Channels];
        _packet = new byte[format.Channels * (AudioEncoder.PayloadBytesMax + 2)];
    }

    /// <summary>Whether such a segment can be a file of Opus here.</summary>
    public static bool CanBeMade(int channels) =>
        channels <= OggOpus.ChannelsMax && AudioCodecs.IsAvailable(AudioCodecId.Opus);

    /// <summary>Makes the file and lets it stand for the one that it is made of.</summary>
    /// <returns>Its facts.</returns>
    /// <exception cref="IOException">The disk is full, or worse: all is as it was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: likewise.</exception>
    public static RecordingFacts TakePlace(
        RecordingSpool spool, ISegmentFile sound, WavFormat format, long frames, RecordingFacts facts,
        CancellationToken cancellation)
    {
        if (!RecordingName.TryParse(facts.Name, out var name)) throw new IOException($"'{facts.Name}' is no recording");

        var copy = name with { Extension = RecordingName.Opus };
        Make(sound, format, frames, spool.PathOf(copy), cancellation);
        var made = facts with { Name = copy.ToString(), IsKeptAsOpus = false };
        spool.Replace(name, made);
        return made;
    }

    /// <summary>Makes the file; when it cannot be made there is none.</summary>
    /// <param name="frames">How many there are in the sound.</param>
    /// <exception cref="IOException">The disk is full, or worse.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Make(
        ISegmentFile sound, WavFormat format, long frames, string path, CancellationToken cancellation)
    {
        using var copy = new OpusCopy(format);
        using var file = new OggWriter(path);
        try
        {
            copy.WriteAll(sound, frames, file, cancellation);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            File.Delete(path);
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var channel in _channels) channel.Dispose();
    }

    /// <summary>A second at a time, which is as much as a page should hold (RFC 7845 section 4).</summary>
    private void WriteAll(ISegmentFile sound, long frames, OggWriter file, CancellationToken cancellation)
    {
        WriteHeaders(file);
        var end = PreSkip + (frames * (OggOpus.ClockHz / _format.SampleRateHz));
        var packets = 0L;

        // The decoder is behind by what the encoder looks ahead: silence pushes the end out.
        while (packets * FrameTicks < end)
        {
            cancellation.ThrowIfCancellationRequested();
            if (packets > 0) file.WritePage();
            Read(sound, packets * _frameSamples, frames);
            for (var i = 0; i < FramesPerSecond && packets * FrameTicks < end; i++)
            {
                file.Add(_packet.AsSpan(0, Encode(i)), ++packets * FrameTicks);
            }
        }

        file.Finish(end);
    }

    private void Read(ISegmentFile sound, long from, long frames)
    {
        var count = (int)Math.Clamp(frames - from, 0, _format.SampleRateHz) * _format.Channels;
        sound.Read(from, _second.AsSpan(0, count));
        _second.AsSpan(count).Clear();
    }

    private void WriteHeaders(OggWriter file)
    {
        file.Add(OggOpus.Head(_format.Channels, PreSkip, _format.SampleRateHz), 0);
        file.WritePage();
        file.Add(OggOpus.Tags(), 0);
        file.WritePage();
    }

    /// <summary>One of the second's frames, all channels in one packet.</summary>
    private int Encode(int index)
    {
        var frame = _second.AsSpan(index * _frameSamples * _format.Channels, _frameSamples * _format.Channels);
        var length = 0;
        for (var channel = 0; channel < _channels.Length; channel++)
        {
            var coded = _channels[channel].Encode(frame, channel, _channels.Length);
            length += OggOpus.Append(coded, channel == _channels.Length - 1, _packet.AsSpan(length));
        }

        return length;
    }
}
