using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace OrleansAcd.Sip.Messages;

/// <summary>One header field: one value, unfolded and trimmed.</summary>
public readonly record struct SipHeader(SipHeaderId Id, string Name, string Value)
{
    /// <summary>A field by any of its names.</summary>
    public static SipHeader Of(string name, string value)
    {
        var id = SipHeaderNames.Find(name.AsSpan());
        return new SipHeader(id, id is SipHeaderId.Other ? name : SipHeaderNames.NameOf(id), value);
    }
}

/// <summary>Header fields in the order of the wire. Names compare in any case and in compact form (RFC 3261
/// §7.3.1).</summary>
/// <remarks>The parser has split comma lists of Via, Route, Record-Route, Path and Contact: one value a field. Other
/// lists are as they came; see <see cref="HasToken"/>.</remarks>
public sealed class SipHeaderList : IReadOnlyList<SipHeader>
{
    private SipHeader[] _items;

    public SipHeaderList(int capacity = 16) => _items = new SipHeader[capacity];

    public int Count { get; private set; }

    public SipHeader this[int index] => index < Count
        ? _items[index] : throw new ArgumentOutOfRangeException(nameof(index));

    internal ReadOnlySpan<SipHeader> Items => _items.AsSpan(0, Count);

    public void Add(SipHeaderId id, string value) => Append(new SipHeader(id, SipHeaderNames.NameOf(id), value));

    public void Add(string name, string value) => Append(SipHeader.Of(name, value));

    /// <summary>Adds all, or nothing for null.</summary>
    public void AddAll(IReadOnlyList<SipHeader>? headers)
    {
        if (headers is null) return;
        foreach (var header in headers) Append(header);
    }

    internal void Append(SipHeader header)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = header;
    }

    /// <summary>Puts a field before the first of its name, or before everything.</summary>
    public void Prepend(SipHeaderId id, string value)
    {
        var at = Math.Max(IndexOf(id), 0);
        Append(default);
        Array.Copy(_items, at, _items, at + 1, Count - 1 - at);
        _items[at] = new SipHeader(id, SipHeaderNames.NameOf(id), value);
    }

    /// <summary>Replaces the first field of that name and removes the others, or adds one.</summary>
    public void Set(SipHeaderId id, string value)
    {
        var at = IndexOf(id);
        if (at < 0)
        {
            Add(id, value);
            return;
        }

        _items[at] = _items[at] with { Value = value };
        RemoveFrom(at + 1, id, null);
    }

    /// <summary>As <see cref="Set(SipHeaderId, string)"/>, by name.</summary>
    public void Set(string name, string value)
    {
        Remove(name);
        Add(name, value);
    }

    internal void ReplaceAt(int index, string value) => _items[index] = _items[index] with { Value = value };

    public void Remove(SipHeaderId id) => RemoveFrom(0, id, null);

    public void Remove(string name)
    {
        var id = SipHeaderNames.Find(name.AsSpan());
        RemoveFrom(0, id, id is SipHeaderId.Other ? name : null);
    }

    /// <summary>The first value of a field, or null.</summary>
    public string? Get(SipHeaderId id)
    {
        var at = IndexOf(id);
        return at < 0 ? null : _items[at].Value;
    }

    /// <summary>The first value of a field by its name, or null.</summary>
    public string? Get(string name)
    {
        var id = SipHeaderNames.Find(name.AsSpan());
        if (id is not SipHeaderId.Other) return Get(id);

        foreach (ref readonly var item in Items)
        {
            if (item.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return item.Value;
        }

        return null;
    }

    public bool TryGet(SipHeaderId id, [NotNullWhen(true)] out string? value) => (value = Get(id)) is not null;

    public bool Has(SipHeaderId id) => IndexOf(id) >= 0;

    public int IndexOf(SipHeaderId id)
    {
        var items = Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].Id == id) return i;
        }

        return -1;
    }

    public int CountOf(SipHeaderId id)
    {
        var count = 0;
        foreach (ref readonly var item in Items)
        {
            if (item.Id == id) count++;
        }

        return count;
    }

    /// <summary>All values of a field, in order.</summary>
    public IEnumerable<string> All(SipHeaderId id)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_items[i].Id == id) yield return _items[i].Value;
        }
    }

    /// <summary>Whether a comma list of tokens (Supported, Require, Allow ...) holds that token, in any case.</summary>
    public bool HasToken(SipHeaderId id, string token)
    {
        foreach (ref readonly var item in Items)
        {
            if (item.Id == id && SipText.ListHas(item.Value, token)) return true;
        }

        return false;
    }

    public IEnumerator<SipHeader> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return _items[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void RemoveFrom(int start, SipHeaderId id, string? name)
    {
        var kept = start;
        for (var i = start; i < Count; i++)
        {
            var match = _items[i].Id == id
                && (name is null || _items[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (!match) _items[kept++] = _items[i];
        }

        Array.Clear(_items, kept, Count - kept);
        Count = kept;
    }
}
