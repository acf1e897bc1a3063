using System.Collections.Immutable;
using System.Security.Cryptography;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Recordings.Formats;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.Recordings;

/// <summary>Where recordings are while they are written: a folder beside the days of the store, on the same
/// disk.</summary>
/// <remarks>A file of it has its facts beside it from its first moment, so that after a crash it is known what it is.
/// One process at a time.</remarks>
public sealed class RecordingSpool
{
    /// <summary>Of one folder, looked at when it is recovered.</summary>
    public const int RecoveredMax = 100_000;

    private const string FolderName = ".writing";
    private const string FactsSuffix = ".json";
    private const string UntoldSuffix = ".untold";

    private readonly IRecordingStore _store;
    private readonly Queue<RecordingFacts> _unmade = new();

    /// <param name="root">The store's folder.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public RecordingSpool(string root, IRecordingStore store)
    {
        _store = store;
        Folder = Path.Combine(Path.GetFullPath(root), FolderName);
        OwnFile.MakeFolder(Folder);
    }

    public string Folder { get; }

    public string PathOf(RecordingName name) => Path.Combine(Folder, name.ToString());

    /// <summary>A file is about to be written: its facts as far as they are known.</summary>
    /// <exception cref="IOException">The disk is full, or worse.</exception>
    public void Begin(RecordingFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        OwnFile.Replace(Path.Combine(Folder, facts.Name) + FactsSuffix, facts.ToBytes(), isDurable: false);
    }

    /// <summary>A complete file stands for another from now on; whatever the moment a crash comes at, one of the two is
    /// recovered.</summary>
    /// <exception cref="IOException">The disk is full, or worse.</exception>
    public void Replace(RecordingName before, RecordingFacts facts)
    {
        Begin(facts);
        Abandon(before);
    }

    /// <summary>A file is complete on the disk: its hash is taken, and it goes into the store.</summary>
    /// <returns>The facts with size and hash.</returns>
    public async Task<RecordingFacts> Finish(RecordingFacts facts, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var path = Path.Combine(Folder, facts.Name);
        var whole = facts with
        {
            Bytes = new FileInfo(path).Length, Sha256 = await HashOf(path, cancellation), IsKeptAsOpus = false,
        };
        if (whole.Recovered) OwnFile.Replace(path + UntoldSuffix, whole.ToBytes());
        await _store.Put(path, whole, cancellation);
        Discard(path + FactsSuffix);
        return whole;
    }

    /// <summary>What was recovered, now or at an earlier start, without its call being told; in the order of
    /// time.</summary>
    public IEnumerable<RecordingFacts> Untold() =>
        Directory.EnumerateFiles(Folder, "*" + UntoldSuffix).Order(StringComparer.Ordinal).Take(RecoveredMax)
            .Select(note => RecordingFacts.TryRead(File.ReadAllBytes(note))).OfType<RecordingFacts>();

    /// <summary>Its call has been told.</summary>
    public void Told(RecordingFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Discard(Path.Combine(Folder, facts.Name) + UntoldSuffix);
    }

    /// <summary>A file that came to nothing.</summary>
    public void Abandon(RecordingName name)
    {
        Discard(PathOf(name));
        Discard(PathOf(name) + FactsSuffix);
    }

    /// <summary>Pieces that <see cref="Recover"/> has put in order and left here, since Opus is to be made of them
    /// first: that takes longer than a start may.</summary>
    public int UnmadeCount => _unmade.Count;

    /// <summary>The next of them: made or not, it is to be finished.</summary>
    public bool TryTakeUnmade(out RecordingFacts facts) => _unmade.TryDequeue(out facts!);

    /// <summary>After a crash: what was being written is put in order and goes into the store.</summary>
    /// <returns>What was recovered; call it before anything is recorded.</returns>
    public async Task<IReadOnlyList<RecordingFacts>> Recover(CancellationToken cancellation)
    {
        var recovered = new List<RecordingFacts>();
        foreach (var file in Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal).Take(RecoveredMax))
        {
            if (!RecordingName.TryParse(Path.GetFileName(file), out var name)) continue;
            var facts = IsCopyInTheMaking(name) ? null : Repaired(file, name);
            if (facts is { IsKeptAsOpus: true }) SetAside(facts);
            else if (facts is not null) recovered.Add(await Finish(facts, cancellation));
            else Abandon(name);
        }

        foreach (var left in Directory.EnumerateFiles(Folder).Where(IsOrphan).ToArray()) Discard(left);
        return recovered;

        static bool IsOrphan(string file) =>
            !RecordingName.TryParse(Path.GetFileName(file), out _)
            && !file.EndsWith(UntoldSuffix, StringComparison.Ordinal)
            && !File.Exists(Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file)));
    }

    private void SetAside(RecordingFacts facts)
    {
        Begin(facts);
        _unmade.Enqueue(facts);
    }

    /// <summary>What it was being made of is there still, and is whole.</summary>
    private bool IsCopyInTheMaking(RecordingName name) =>
        name.Extension != RecordingName.Wav && File.Exists(PathOf(name with { Extension = RecordingName.Wav }));

    private static RecordingFacts? Repaired(string file, RecordingName name)
    {
        if (SegmentRepair.Repair(file, name.Extension) is not { } sound) return null;

        var beside = file + FactsSuffix;
        var begun = File.Exists(beside) ? RecordingFacts.TryRead(File.ReadAllBytes(beside)) : null;
        var duration = TimeSpan.FromSeconds((double)sound.Frames / sound.SampleRateHz);
        begun ??= new RecordingFacts(
            name.ToString(), name.Call, name.Recording, name.Segment,
            new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero) - duration, duration,
            [.. Enumerable.Range(1, sound.Channels)], ImmutableArray<RecordingGap>.Empty, sound.SampleRateHz, 0, "");
        var isKeptAsOpus = begun.IsKeptAsOpus && name.Extension == RecordingName.Wav;
        return begun with
        {
            Duration = duration, Recovered = true, IsKeptAsOpus = isKeptAsOpus, Gaps = Within(duration, begun.Gaps),
        };
    }

    /// <summary>A pause that went on when the process died ends with the sound.</summary>
    private static ImmutableArray<RecordingGap> Within(TimeSpan duration, ImmutableArray<RecordingGap> gaps) =>
    [
        .. gaps.Where(gap => gap.At < duration).Select(gap =>
            gap.At + gap.Duration <= duration ? gap : gap with { Duration = duration - gap.At }),
    ];

    private static async Task<string> HashOf(string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        await using (file.ConfigureAwait(false))
        {
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation).ConfigureAwait(false));
        }
    }

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is looked at again at the next start.
        }
    }
}
