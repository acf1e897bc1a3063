namespace OrleansAcd.Recordings.Formats;

/// <summary>The picture of a recording in Opus: every channel is decoded once.</summary>
public static class OpusWaveform
{
    private const int TicksPerSample = OggOpus.ClockHz / IOpusVoice.SampleRateHz;

    /// <param name="duration">Of the recording: the file says it at its end alone.</param>
    /// <returns>Null when the file is no Ogg Opus of ours, or there is no codec.</returns>
    public static async Task<Waveform?> TryRead(
        Stream file, TimeSpan duration, int width, IOpusDecoding decoding, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(decoding);
        var packets = new OggPackets(file);
        if (await packets.Next(cancellation).ConfigureAwait(false) is not { } head) return null;
        if (!OggOpus.TryReadHead(head.Span, out var channels, out var preSkip, out _)) return null;
        if (channels > OggOpus.ChannelsMax) return null;

        var frames = (long)Math.Round(duration.TotalSeconds * IOpusVoice.SampleRateHz);
        var waveform = new Waveform(channels, width);
        var voices = new List<IOpusVoice>();
        try
        {
            while (voices.Count < channels)
            {
                if (decoding.NewVoice() is not { } voice) return null;
                voices.Add(voice);
            }

            // The comments.
            await packets.Next(cancellation).ConfigureAwait(false);
            var first = -preSkip / TicksPerSample;
            await Fill(waveform, packets, voices, first, frames, cancellation).ConfigureAwait(false);
            return waveform;
        }
        finally
        {
            foreach (var voice in voices) voice.Dispose();
        }
    }

    /// <param name="first">Where the first sample stands: before the beginning by what a decoder throws away.</param>
    private static async Task Fill(
        Waveform waveform, OggPackets packets, List<IOpusVoice> voices, long first, long frames,
        CancellationToken cancellation)
    {
        var pcm = new short[IOpusVoice.PacketSamplesMax];
        var single = new byte[OggPage.SegmentsMax * 255];
        while (await packets.Next(cancellation).ConfigureAwait(false) is { } packet)
        {
            var (rest, samples) = (packet, 0);
            for (var channel = 0; channel < voices.Count; channel++)
            {
                var isLast = channel == voices.Count - 1;
                if (!OggOpus.TrySplit(rest.Span, isLast, single, out var bytes, out var taken)) return;

                rest = rest[taken..];
                samples = voices[channel].Decode(single.AsSpan(0, bytes), pcm);
                waveform.Add(channel, pcm.AsSpan(0, samples), first, frames);
            }

            first += samples;
        }
    }
}
