using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Registrar;

/// <summary>Works out what a REGISTER would change, without changing anything (RFC 3261 section 10.3, steps 6 and
/// 7).</summary>
/// <remarks>"The binding updates MUST be committed ... if and only if all binding updates and additions
/// succeed."</remarks>
internal sealed class RegistrationPlan(Register request, IReadOnlyList<Binding> standing, RegistrarOptions options,
    Instant now)
{
    private readonly List<Binding> _left = [.. standing];
    private readonly HashSet<long> _touched = [];

    public List<BindingChange> Changes { get; } = [];

    /// <summary>Null when every update succeeds; else the answer that refuses the whole request.</summary>
    public RegisterResult? Make()
    {
        if (request.Star) return RemoveAll();
        if (request.Contacts.Count > options.ContactsPerRecord) return new RegisterResult(403, "Too Many Contacts");

        foreach (var contact in request.Contacts)
        {
            if (Update(contact) is { } refusal) return refusal;
        }

        Displace();
        return null;
    }

    private RegisterResult? RemoveAll()
    {
        // Step 6: "If the request has additional Contact fields or an expiration time other than zero, ... 400".
        var alone = request.Contacts.Count == 0 && request.Expires is 0;
        if (!alone) return new RegisterResult(400, "Bad Use Of Contact *");

        foreach (var binding in standing)
        {
            if (IsOutOfOrder(binding)) return OutOfOrder();
            Changes.Add(new BindingChange.Removed(binding, RemovalReason.Unregistered));
        }

        return null;
    }

    private RegisterResult? Update(NameAddr contact)
    {
        var seconds = contact.Expires ?? request.Expires ?? (uint)options.ExpiresDefault.TotalSeconds;
        if (seconds > 0 && seconds < options.ExpiresMin.TotalSeconds) return TooBrief();

        var known = _left.FindIndex(b => b.Contact.Uri.Equals(contact.Uri));
        if (known >= 0 && _touched.Contains(_left[known].Id)) return new RegisterResult(400, "Contact Given Twice");
        if (known >= 0 && IsOutOfOrder(_left[known])) return OutOfOrder();

        if (seconds == 0)
        {
            if (known >= 0) Remove(known, RemovalReason.Unregistered);
            return null;
        }

        Replace(contact, known);
        Keep(contact, known < 0 ? null : _left.Find(b => b.Contact.Uri.Equals(contact.Uri)), seconds);
        return null;
    }

    private void Keep(NameAddr contact, Binding? old, uint seconds)
    {
        var granted = TimeSpan.FromSeconds(Math.Min(seconds, options.ExpiresMax.TotalSeconds));
        var binding = new Binding
        {
            Record = request.Record, Contact = contact, CallId = request.CallId, CSeq = request.CSeq,
            Flow = request.Flow,
            ExpiresAt = now + granted, RefreshedAt = now, Path = request.Path,
            Instance = contact.Parameters.Get("+sip.instance"), RegId = contact.Parameters.Get("reg-id"),
            Id = old?.Id ?? -1 - Changes.Count,
        };
        _touched.Add(binding.Id);
        if (old is not null) _left.Remove(old);
        _left.Add(binding);
        Changes.Add(old is null ? new BindingChange.Added(binding) : new BindingChange.Refreshed(binding));
    }

    // RFC 5626 section 6: the same instance and reg-id at another URI is the same device after a restart or a move.
    private void Replace(NameAddr contact, int known)
    {
        if (contact.Parameters.Get("+sip.instance") is not { } instance) return;
        var regId = contact.Parameters.Get("reg-id");
        var uri = known < 0 ? null : _left[known].Contact.Uri;
        var other = _left.FindIndex(b => b.Instance == instance && b.RegId == regId && !b.Contact.Uri.Equals(uri)
            && !_touched.Contains(b.Id));
        if (other >= 0) Remove(other, RemovalReason.Replaced);
    }

    // Phones that forget to say goodbye must not lock their user out: the contact refreshed longest ago makes room.
    private void Displace()
    {
        while (_left.Count > options.ContactsPerRecord)
        {
            var oldest = 0;
            for (var i = 1; i < _left.Count; i++)
            {
                if (_left[i].RefreshedAt < _left[oldest].RefreshedAt) oldest = i;
            }

            Remove(oldest, RemovalReason.Displaced);
        }
    }

    private void Remove(int index, RemovalReason reason)
    {
        Changes.Add(new BindingChange.Removed(_left[index], reason));
        _left.RemoveAt(index);
    }

    // Step 7: "If ... the Call-ID agrees, ... if CSeq is not higher, the update MUST be aborted and the request fails."
    private bool IsOutOfOrder(Binding binding) => binding.CallId == request.CallId && request.CSeq <= binding.CSeq;

    private static RegisterResult OutOfOrder() => new(500, "Out Of Order");

    private RegisterResult TooBrief()
        => new(423, "Interval Too Brief") { MinExpires = (uint)options.ExpiresMin.TotalSeconds };
}
