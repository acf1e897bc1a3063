using System.Security.Cryptography;
using System.Text;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>Turns passwords into digests on the spot, RFC 7616 section 3.4.2: A1 = unq(username) ":" unq(realm) ":"
/// passwd.</summary>
internal sealed class Accounts(string realm, OrleansAcd.Contracts.Centre.Centre? previous)
{
    private readonly Dictionary<string, SipAccount> _kept = previous is null || previous.Realm != realm
        ? []
        : previous.Agents.Where(a => a.Account is not null).ToDictionary(a => a.Id.Value, a => a.Account!);

    public SipAccount? Read(Section s, string user)
    {
        if (s.Scalar("sip-password") is not { } scalar) return null;
        if (scalar.Block)
        {
            s.Problem("sip-password", "must be written on one line");
            return null;
        }

        var password = s.Text("sip-password", "", Checks.Password);
        return password == CentreRedaction.Mask ? Keep(s, user) : Digest(user, password);
    }

    /// <summary>The mask stands for the password that the agent has; it is never a password itself.</summary>
    private SipAccount? Keep(Section s, string user)
    {
        if (_kept.TryGetValue(user, out var account)) return account;

        s.Problem("sip-password",
            $"'{CentreRedaction.Mask}' keeps the password that '{user}' has in this realm: there is none");
        return null;
    }

    private SipAccount Digest(string user, string password)
    {
        var a1 = Encoding.UTF8.GetBytes($"{user}:{realm}:{password}");
        return new SipAccount(
            user, Convert.ToHexStringLower(MD5.HashData(a1)), Convert.ToHexStringLower(SHA256.HashData(a1)));
    }
}
