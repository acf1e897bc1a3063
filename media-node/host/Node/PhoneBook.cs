using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Registrar;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Node;

/// <summary>The phones that registered with this node: accounts in, REGISTER answered, changes told to the agents'
/// grains.</summary>
/// <param name="node">This node.</param>
/// <param name="nonceKey">Secret of this process for nonces.</param>
/// <param name="changed">Told of an agent's contacts after each change.</param>
/// <param name="utcNow">Wall-clock time, for the ends of registrations that leave this process.</param>
internal sealed class PhoneBook(
    NodeId node, byte[] nonceKey, IIdSource ids, Action<PhoneChanged> changed, Func<DateTimeOffset> utcNow)
    : IDigestAccounts
{
    private static readonly TimeSpan ExpiresMax = TimeSpan.FromMinutes(10);

    private readonly RegistrarCore _core =
        new(new RegistrarOptions { ExpiresMax = ExpiresMax, ExpiresDefault = ExpiresMax });

    private FrozenDictionary<string, DigestAccount> _accounts = FrozenDictionary<string, DigestAccount>.Empty;
    private FrozenDictionary<string, EncryptionPolicy> _encryption = FrozenDictionary<string, EncryptionPolicy>.Empty;
    /// <summary>Whose a contact is, and what was told of an agent last: as many as the registrar keeps.</summary>
    private readonly Dictionary<string, string> _userOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<PhoneContact>> _told = new(StringComparer.Ordinal);
    private RegistrarService? _service;
    private long _version = -1;
    private string _realm = "";
    private PhoneDigest _digest;

    public Instant NextDeadline => _core.NextDeadline ?? Instant.Never;

    /// <summary>False until the centre's accounts are known.</summary>
    public bool IsOpen => _service is not null;

    public DigestCounters? Counters { get; private set; }

    public int ContactCount => _core.Count;

    public DigestAccount? Find(string user, string realm) =>
        realm == _realm && _accounts.TryGetValue(user, out var account) ? account : null;

    /// <summary>Takes the centre's accounts; an older version than the last is ignored.</summary>
    /// <remarks>Phones of accounts that are gone are forgotten at once, and that is told.</remarks>
    /// <returns>False when it was older.</returns>
    public bool Apply(NodeSettings settings, Instant now)
    {
        if (settings.Version < _version) return false;

        _version = settings.Version;
        _accounts = settings.Accounts
            .Select(a => new DigestAccount(a.User, settings.Realm, a.Ha1Md5, a.Ha1Sha256))
            .ToFrozenDictionary(a => a.User);
        _encryption = settings.Accounts.ToFrozenDictionary(a => a.User, a => a.Encryption);
        var isAsBefore = _service is not null && settings.Realm == _realm && settings.Digest == _digest;
        if (!isAsBefore) Open(settings.Realm, settings.Digest);
        Tell(_core.RemoveUnless(_accounts.ContainsKey), now);
        return true;
    }

    public void Register(SipServerRequest request, Instant now)
    {
        var reply = _service!.Handle(request.Request, request.Flow, now);
        request.Respond(reply.Status, now, reply.Reason, reply.Headers);
        Tell(reply.Changes, now);
    }

    public void HandleTimeout(Instant now) => Tell(_core.HandleTimeout(now), now);

    /// <summary>The agent whose registered phone sends this way, when From says so too: an address over TLS or TCP is
    /// not proved by a datagram that claims it.</summary>
    public AgentId? WhoCalls(SipRequest invite, SipFlow source, Instant now)
    {
        var user = invite.From.Uri.UserUnescaped;
        if (!_accounts.ContainsKey(user)) return null;

        foreach (var binding in _core.Lookup(user, now))
        {
            var isItsWay = binding.Flow.Transport == source.Transport && binding.Flow.Remote.Equals(source.Remote);
            if (isItsWay) return new AgentId(user);
        }

        return null;
    }

    /// <summary>What an agent's media has to be; null for nobody's.</summary>
    public EncryptionPolicy? EncryptionOf(AgentId? agent) =>
        agent is { } known && _encryption.TryGetValue(known.Value, out var policy) ? policy : null;

    /// <summary>The policy of the agent whose phone has this contact; null when it is none of ours.</summary>
    public EncryptionPolicy? EncryptionOf(PhoneContact contact) =>
        _userOf.TryGetValue(contact.Uri, out var user) ? EncryptionOf(new AgentId(user)) : null;

    private void Open(string realm, PhoneDigest digest)
    {
        (_realm, _digest) = (realm, digest);
        var options = new DigestServerOptions(realm) { Challenges = Algorithms(digest) };
        var authenticator = new DigestAuthenticator(options, this, nonceKey, ids);
        Counters = authenticator.Counters;
        _service = new RegistrarService(_core, authenticator, []);
    }

    private static IReadOnlyList<DigestAlgorithm> Algorithms(PhoneDigest digest) => digest switch
    {
        PhoneDigest.Sha256 => [DigestAlgorithm.Sha256],
        PhoneDigest.Both => [DigestAlgorithm.Sha256, DigestAlgorithm.Md5],
        _ => [DigestAlgorithm.Md5],
    };

    private void Tell(IReadOnlyList<BindingChange> changes, Instant now)
    {
        foreach (var record in changes.Select(change => change.Binding.Record).Distinct(StringComparer.Ordinal))
        {
            var contacts = _core.Lookup(record, now).Select(binding => ToContact(binding, now)).ToImmutableArray();
            Remember(record, contacts);
            changed(new PhoneChanged(node, new AgentId(record), contacts));
        }
    }

    private void Remember(string record, ImmutableArray<PhoneContact> contacts)
    {
        foreach (var gone in _told.GetValueOrDefault(record, [])) _userOf.Remove(gone.Uri);
        if (contacts.IsEmpty) _told.Remove(record);
        else _told[record] = contacts;
        foreach (var contact in contacts) _userOf[contact.Uri] = record;
    }

    private PhoneContact ToContact(Binding binding, Instant now) => new(
        binding.Contact.Uri.ToString(),
        [.. binding.Path],
        binding.Flow.ViaName.ToLowerInvariant(),
        binding.Flow.Remote.ToString(),
        node,
        utcNow() + (binding.ExpiresAt - now));
}
