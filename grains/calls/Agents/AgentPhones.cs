using System.Collections.Immutable;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>An agent's registered phones by node.</summary>
internal static class AgentPhones
{
    /// <summary>More phones of one agent are not kept.</summary>
    public const int ContactMax = 16;

    /// <summary>What a node tells replaces what it told; a contact that moved to this node is taken from the
    /// others.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> With(
        ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> phones, string node,
        ImmutableArray<PhoneContact> contacts)
    {
        foreach (var (other, held) in phones)
        {
            if (other == node) continue;
            phones = Set(phones, other, held.RemoveAll(c => contacts.Any(n => n.Uri == c.Uri)));
        }

        return Set(phones, node, contacts.Length > ContactMax ? contacts[..ContactMax] : contacts);
    }

    public static ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> WithoutExpired(
        ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> phones, DateTimeOffset now)
    {
        foreach (var (node, held) in phones)
        {
            if (!held.Any(c => c.ExpiresAt <= now)) continue;
            phones = Set(phones, node, held.RemoveAll(c => c.ExpiresAt <= now));
        }

        return phones;
    }

    public static IEnumerable<PhoneContact> All(
        ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> phones) =>
        phones.Values.SelectMany(contacts => contacts).Take(ContactMax);

    private static ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> Set(
        ImmutableSortedDictionary<string, ImmutableArray<PhoneContact>> phones, string node,
        ImmutableArray<PhoneContact> contacts)
    {
        if (contacts.IsEmpty) return phones.Remove(node);
        return phones.TryGetValue(node, out var held) && held.SequenceEqual(contacts)
            ? phones
            : phones.SetItem(node, contacts);
    }
}
