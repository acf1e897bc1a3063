using System.Diagnostics;
using OrleansAcd.MediaCore;

namespace OrleansAcd.Sip.Registrar;

/// <summary>The location service and registrar of one domain (RFC 3261 section 10), without I/O or clock.</summary>
/// <remarks>Who may register is settled before (<see cref="RegistrarService"/>). Memory is bounded by
/// <see cref="RegistrarOptions.ContactsTotal"/>. Not thread-safe.</remarks>
public sealed class RegistrarCore(RegistrarOptions options)
{
    private readonly Dictionary<string, List<Binding>> _records = new(StringComparer.Ordinal);
    private readonly SortedSet<(Instant At, long Id, string Record)> _expiries = [];
    private long _lastId;

    /// <summary>Contacts altogether.</summary>
    public int Count => _expiries.Count;

    /// <summary>When the next contact expires, unless refreshed; null when there is none.</summary>
    public Instant? NextDeadline => _expiries.Count == 0 ? null : _expiries.Min.At;

    public RegisterResult Handle(Register request, Instant now)
    {
        var expired = HandleTimeout(now);
        var plan = new RegistrationPlan(request, Standing(request.Record), options, now);
        var refusal = plan.Make() ?? Full(plan.Changes);
        if (refusal is not null) return refusal with { Changes = expired };

        var changes = new List<BindingChange>(expired);
        foreach (var change in plan.Changes) changes.Add(Commit(change));
        return new RegisterResult(200, "OK") { Changes = changes, Contacts = Listed(request.Record, now) };
    }

    /// <summary>Removes what expired until now, and says so.</summary>
    public IReadOnlyList<BindingChange> HandleTimeout(Instant now)
    {
        List<BindingChange>? removed = null;
        while (_expiries.Count > 0 && _expiries.Min is var next && next.At <= now)
        {
            var binding = Standing(next.Record).Single(b => b.Id == next.Id);
            (removed ??= []).Add(Commit(new BindingChange.Removed(binding, RemovalReason.Expired)));
        }

        return removed ?? (IReadOnlyList<BindingChange>)[];
    }

    /// <summary>The contacts of a user that are good now: highest q first, then the one refreshed last.</summary>
    public IReadOnlyList<Binding> Lookup(string record, Instant now) =>
    [
        .. Standing(record).Where(b => b.ExpiresAt > now)
            .OrderByDescending(b => b.QThousandths).ThenByDescending(b => b.RefreshedAt.Ticks)
            .ThenByDescending(b => b.Id),
    ];

    /// <summary>Removes all contacts of users who may not be registered any more, at once.</summary>
    public IReadOnlyList<BindingChange> RemoveUnless(Predicate<string> isUser)
    {
        List<BindingChange>? removed = null;
        foreach (var record in _records.Keys.Where(record => !isUser(record)).ToList())
        {
            foreach (var binding in _records[record].ToArray())
            {
                (removed ??= []).Add(Commit(new BindingChange.Removed(binding, RemovalReason.AccountGone)));
            }
        }

        return removed ?? (IReadOnlyList<BindingChange>)[];
    }

    private List<Binding> Standing(string record) => _records.GetValueOrDefault(record) ?? [];

    private RegisterResult? Full(List<BindingChange> changes)
    {
        var growth = changes.Count(c => c is BindingChange.Added) - changes.Count(c => c is BindingChange.Removed);
        return growth <= 0 || Count + growth <= options.ContactsTotal ? null
            : new RegisterResult(503, "Registrar Full") { RetryAfter = TimeSpan.FromSeconds(60) };
    }

    private BindingChange Commit(BindingChange change)
    {
        switch (change)
        {
            case BindingChange.Added added:
                var binding = added.Binding with { Id = ++_lastId };
                Put(binding);
                return new BindingChange.Added(binding);
            case BindingChange.Refreshed refreshed:
                Take(refreshed.Binding.Record, refreshed.Binding.Id);
                Put(refreshed.Binding);
                return change;
            default:
                Take(change.Binding.Record, change.Binding.Id);
                return change;
        }
    }

    private void Put(Binding binding)
    {
        if (!_records.TryGetValue(binding.Record, out var list)) _records.Add(binding.Record, list = []);
        list.Add(binding);
        _expiries.Add((binding.ExpiresAt, binding.Id, binding.Record));
    }

    private void Take(string record, long id)
    {
        var list = _records[record];
        var index = list.FindIndex(b => b.Id == id);
        Debug.Assert(index >= 0, "a change speaks of a binding that stands");
        _expiries.Remove((list[index].ExpiresAt, id, record));
        list.RemoveAt(index);
        if (list.Count == 0) _records.Remove(record);
    }

    // Rounded up, so that a contact is never said to be gone while it stands.
    private List<(Binding, uint)> Listed(string record, Instant now)
        => [.. Lookup(record, now).Select(b => (b, (uint)Math.Ceiling((b.ExpiresAt - now).TotalSeconds)))];
}
