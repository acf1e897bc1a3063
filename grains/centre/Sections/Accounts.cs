using System.Security.Cryptography;
using System.Text;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>Turns passwords into digests on the spot, RFC 7616 section 3.4.2: A1 = unq(username) ":" unq(realm) ":"
/// passwd.</summary>
internal sealed class Accounts(string realm, OrleansAcd.Contracts.Centre.Centre? previous)
{
    private readonly Dictionary<string, SipAccount> _agents = previous is null || previous.Realm != realm
        ? []
        : previous.Agents.Where(a => a.Account is not null).ToDictionary(a => a.Id.Value, a => a.Account!);

    /// <summary>By trunk and user.</summary>
    private readonly Dictionary<string, SipAccount> _trunks = previous is null || previous.Realm != realm
        ? []
        : previous.Trunks.Where(t => t.Settings.Account is not null)
            .ToDictionary(t => Key(t.Settings.Id, t.Settings.Account!.User), t => t.Settings.Account!);

    /// <summary>An agent's account: the id is the user.</summary>
    public SipAccount? OfAgent(Section s, string agent) =>
        Read(s, "sip-password", agent, _agents.GetValueOrDefault(agent), realm);

    /// <summary>What a trunk asks of us, or we of it, in its own realm.</summary>
    public SipAccount? OfTrunk(Section s, string trunk, string user) => Read(
        s, "password", user, _trunks.GetValueOrDefault(Key(trunk, user)), s.Text("realm", realm, Checks.Realm));

    private static string Key(string trunk, string user) => $"{trunk}/{user}";

    private static SipAccount? Read(Section s, string key, string user, SipAccount? kept, string realm)
    {
        if (s.Scalar(key) is not { } scalar) return null;
        if (scalar.Block)
        {
            s.Problem(key, "must be written on one line");
            return null;
        }

        var password = s.Text(key, "", Checks.Password);
        return password == CentreRedaction.Mask ? Keep(s, key, user, kept) : Digest(user, realm, password);
    }

    /// <summary>The mask stands for the password that there is; it is never a password itself.</summary>
    private static SipAccount? Keep(Section s, string key, string user, SipAccount? kept)
    {
        if (kept is not null) return kept;

        s.Problem(key, $"'{CentreRedaction.Mask}' keeps the password that '{user}' has in this realm: there is none");
        return null;
    }

    private static SipAccount Digest(string user, string realm, string password)
    {
        var a1 = Encoding.UTF8.GetBytes($"{user}:{realm}:{password}");
        return new SipAccount(
            user, Convert.ToHexStringLower(MD5.HashData(a1)), Convert.ToHexStringLower(SHA256.HashData(a1)));
    }
}
