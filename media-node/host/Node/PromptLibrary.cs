using System.Collections.Frozen;
using OrleansAcd.Audio;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Prompts and music by name: those that ship, and the WAV files of a folder, converted once when
/// loaded.</summary>
/// <remarks>Immutable; shared by all workers. A file's name without its extension is the prompt's name; it wins over
/// one that ships.</remarks>
public sealed class PromptLibrary
{
    /// <summary>Files read from a folder at most.</summary>
    public const int FilesMax = 1_000;

    /// <summary>Larger files are left out.</summary>
    public const long FileBytesMax = 64L * 1024 * 1024;

    private readonly FrozenDictionary<string, AudioClip> _clips;

    private PromptLibrary(FrozenDictionary<string, AudioClip> clips, IReadOnlyList<string> problems) =>
        (_clips, Problems) = (clips, problems);

    /// <summary>What was left out, one line each.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <param name="folder">May be absent.</param>
    public static PromptLibrary Load(DirectoryInfo folder)
    {
        var clips = new Dictionary<string, AudioClip>(StringComparer.Ordinal);
        var problems = new List<string>();
        var files = Files(folder, problems);
        problems.AddRange(files.Skip(FilesMax).Select(file => $"prompt {file.Name}: beyond the first {FilesMax}"));
        foreach (var file in files.Take(FilesMax))
        {
            if (TryLoad(file, out var problem) is { } clip) clips[clip.Name] = clip;
            if (problem is not null) problems.Add($"prompt {file.Name}: {problem}");
        }

        return new PromptLibrary(clips.ToFrozenDictionary(StringComparer.Ordinal), problems);
    }

    public AudioClip? Find(string name) => _clips.GetValueOrDefault(name) ?? ShippedAudio.Find(name);

    private static List<FileInfo> Files(DirectoryInfo folder, List<string> problems)
    {
        try
        {
            return folder.Exists ? [.. folder.EnumerateFiles("*.wav").Order(FileOrder.ByName)] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"prompts: {error.Message}");
            return [];
        }
    }

    private static AudioClip? TryLoad(FileInfo file, out string? problem)
    {
        problem = null;
        try
        {
            if (file.Length > FileBytesMax)
            {
                problem = $"larger than {FileBytesMax} bytes";
                return null;
            }

            var name = Path.GetFileNameWithoutExtension(file.Name);
            var result = AudioClip.TryLoadWav(name, File.ReadAllBytes(file.FullName), out var clip);
            if (result != WavReadResult.None) problem = result.ToString();
            return clip;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = error.Message;
            return null;
        }
    }

    private sealed class FileOrder : IComparer<FileInfo>
    {
        public static readonly FileOrder ByName = new();

        public int Compare(FileInfo? x, FileInfo? y) => string.CompareOrdinal(x?.Name, y?.Name);
    }
}
