using System.Diagnostics;

namespace OrleansAcd.Audio;

/// <summary>The prompts, tones and music that ship; each made on first use and kept.</summary>
public static class ShippedAudio
{
    private static readonly Lazy<AudioClip> s_welcome = new(() => LoadResource("welcome"));
    private static readonly Lazy<AudioClip> s_music = new(() => AudioClip.FromSamples("music", MusicOnHold.Compose()));
    private static readonly Lazy<AudioClip> s_ringback =
        new(() => AudioClip.FromSamples("ringback", Tone.Ringback.ToSamples()));
    private static readonly Lazy<AudioClip> s_busy = new(() => AudioClip.FromSamples("busy", Tone.Busy.ToSamples()));

    /// <summary>"Welcome. Please hold the line; an agent will be with you shortly."</summary>
    public static AudioClip Welcome => s_welcome.Value;

    /// <summary>Music on hold; loops.</summary>
    public static AudioClip Music => s_music.Value;

    /// <summary>One period of ringing; loops.</summary>
    public static AudioClip Ringback => s_ringback.Value;

    /// <summary>One period of busy tone; loops.</summary>
    public static AudioClip Busy => s_busy.Value;

    /// <summary>By the name a centre's configuration uses, or null.</summary>
    public static AudioClip? Find(string name) => name switch
    {
        "welcome" => Welcome,
        "music" or "default" => Music,
        "ringback" => Ringback,
        "busy" => Busy,
        _ => null,
    };

    private static AudioClip LoadResource(string name)
    {
        using var stream = typeof(ShippedAudio).Assembly.GetManifestResourceStream(name + ".wav")!;
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        var result = AudioClip.TryLoadWav(name, file, out var clip);
        Debug.Assert(result == WavReadResult.None, "a prompt that ships is broken");
        return clip!;
    }
}
