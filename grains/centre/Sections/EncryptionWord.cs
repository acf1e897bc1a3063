using OrleansAcd.Contracts.Media;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>The key <c>encryption</c> of agents and trunks: whether their media is encrypted (SRTP).</summary>
internal static class EncryptionWord
{
    public static EncryptionPolicy Read(Section s)
    {
        var word = s.Text("encryption", "prefer", value => value is "require" or "prefer" or "forbid"
            ? null
            : $"'{Section.Excerpt(value)}' is no policy; allowed: require, prefer, forbid");
        return word switch
        {
            "require" => EncryptionPolicy.Require,
            "forbid" => EncryptionPolicy.Forbid,
            _ => EncryptionPolicy.Prefer,
        };
    }
}
