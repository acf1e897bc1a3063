namespace OrleansAcd.Audio;

/// <summary>A recording as it was in its file, channels averaged: samples in [-1, 1) at the file's own rate.</summary>
public sealed record WavAudio(int SampleRateHz, int Channels, float[] Mono);
