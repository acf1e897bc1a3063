using System.Collections.Frozen;
using System.Diagnostics;

namespace OrleansAcd.Audio;

/// <summary>The prompts, tones and music that ship; each made on first use and kept.</summary>
public static class ShippedAudio
{
    private static readonly Lazy<AudioClip> s_welcome = new(() => LoadResource("welcome"));
    private static readonly Lazy<AudioClip> s_music = new(() => AudioClip.FromSamples("music", MusicOnHold.Compose()));
    private static readonly FrozenDictionary<string, Lazy<AudioClip>> s_tones = NamedTones.Names.ToFrozenDictionary(
        name => name, name => new Lazy<AudioClip>(() => NamedTones.Find(name)!.ToClip()), StringComparer.Ordinal);

    /// <summary>"Welcome. Please hold the line; an agent will be with you shortly."</summary>
    public static AudioClip Welcome => s_welcome.Value;

    /// <summary>Music on hold; loops.</summary>
    public static AudioClip Music => s_music.Value;

    /// <summary>One period of ringing; loops.</summary>
    public static AudioClip Ringback => s_tones["ringback"].Value;

    /// <summary>One period of busy tone; loops.</summary>
    public static AudioClip Busy => s_tones["busy"].Value;

    /// <summary>By the name a centre's configuration uses, or null: <c>welcome</c>, <c>music</c>, <c>default</c>, and
    /// the tones of <see cref="NamedTones"/>.</summary>
    public static AudioClip? Find(string name) => name switch
    {
        "welcome" => Welcome,
        "music" or "default" => Music,
        _ => s_tones.GetValueOrDefault(name)?.Value,
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
