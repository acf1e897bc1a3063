namespace OrleansAcd.Audio;

/// <summary>What became of a WAV file.</summary>
public enum WavReadResult
{
    /// <summary>Read whole.</summary>
    None,

    /// <summary>The file ends before its data chunk says so; what was there has been read.</summary>
    Truncated,

    /// <summary>No bytes at all, or a data chunk without a sample.</summary>
    Empty,

    /// <summary>Not RIFF, RIFX or RF64 with WAVE.</summary>
    NotWave,

    /// <summary>No format chunk before the data.</summary>
    MissingFormat,

    /// <summary>No data chunk.</summary>
    MissingData,

    /// <summary>A format chunk that contradicts itself.</summary>
    BadFormat,

    /// <summary>An encoding other than PCM of 8, 16, 24, 32 bits, floating point, A-law and mu-law.</summary>
    UnsupportedEncoding,

    /// <summary>More than <see cref="WavReader.ChannelsMax"/>, or none.</summary>
    UnsupportedChannels,

    /// <summary>Outside <see cref="WavReader.SampleRateMinHz"/> to <see cref="WavReader.SampleRateMaxHz"/>.</summary>
    UnsupportedSampleRate,

    /// <summary>Longer than <see cref="WavReader.DurationMax"/>.</summary>
    TooLong,
}
