using OrleansAcd.CentreYaml.Yaml;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.CentreYaml.Sections;

/// <summary>The key <c>recording</c> of queues and agents: a word, or a mapping with more.</summary>
internal static class RecordingSection
{
    public static RecordingRule Read(Section s, Problems problems)
    {
        if (!s.Find("recording", out var node)) return RecordingRule.Never;
        if (node is not YamlMapping) return new RecordingRule(Policy(s, "recording"));

        var rule = new Section(node, s.KeyPath("recording"), problems, "mode", "format", "announce", "siprec");
        if (!rule.Has("mode")) rule.Problem("mode", "is missing");
        return new RecordingRule(
            Policy(rule, "mode"), Format(rule),
            rule.Has("announce") ? rule.Text("announce", "", Checks.Id) : null,
            rule.Has("siprec") ? rule.Text("siprec", "", Checks.SipServer) : null);
    }

    private static RecordingPolicy Policy(Section s, string key)
    {
        var word = s.Text(key, "never", value => value is "never" or "always" or "on-demand"
            ? null
            : $"'{Section.Excerpt(value)}' is no policy; allowed: never, always, on-demand");
        return word switch
        {
            "always" => RecordingPolicy.Always,
            "on-demand" => RecordingPolicy.OnDemand,
            _ => RecordingPolicy.Never,
        };
    }

    private static RecordingFormat Format(Section s)
    {
        var word = s.Text("format", "wav", value => value is "wav" or "opus"
            ? null
            : $"'{Section.Excerpt(value)}' is not a format; allowed: wav, opus");
        return word == "opus" ? RecordingFormat.Opus : RecordingFormat.Wav;
    }
}
