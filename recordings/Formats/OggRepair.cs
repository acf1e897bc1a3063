namespace OrleansAcd.Recordings.Formats;

/// <summary>Puts an Ogg file in order that a process left in the middle of writing: to the last whole page it is
/// kept, and that page says that it is the last.</summary>
public static class OggRepair
{
    /// <returns>Null when it holds no sound of ours.</returns>
    public static RepairedSound? Repair(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var page = new byte[OggPage.BytesMax];
        var (at, lastAt, lastGranule, pages) = (0L, 0L, 0L, 0);
        RepairedSound? sound = null;
        var preSkip = 0;
        while (true)
        {
            var read = RandomAccess.Read(handle, page, at);
            var length = OggPage.LengthOf(page.AsSpan(0, read), out var granule);
            if (length == 0) break;

            if (pages == 0)
            {
                var head = page.AsSpan(OggPage.FixedBytes + page[26], length - OggPage.FixedBytes - page[26]);
                if (!OggOpus.TryReadHead(head, out var channels, out preSkip, out var hz)) return null;
                sound = new RepairedSound(channels, hz, 0);
            }

            (lastAt, lastGranule, at, pages) = (at, granule, at + length, pages + 1);
        }

        if (sound is null || lastGranule <= preSkip) return null;

        var last = page.AsSpan(0, (int)(at - lastAt));
        RandomAccess.Read(handle, last, lastAt);
        OggPage.MarkLast(last);
        RandomAccess.Write(handle, last, lastAt);
        RandomAccess.SetLength(handle, at);
        RandomAccess.FlushToDisk(handle);
        var rate = sound.Value.SampleRateHz;
        return sound.Value with { Frames = (lastGranule - preSkip) * rate / OggOpus.ClockHz };
    }
}
