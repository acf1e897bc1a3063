using System.Security.Cryptography;
using System.Text;
using OrleansAcd.CentreYaml;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.CentreTests;

/// <summary>The centre document (design section 11): what it means, and what is said of each mistake.</summary>
public sealed class CentreParserTests
{
    [Fact]
    public void TheSampleIsValidAndSaysWhatItShows()
    {
        var centre = Valid(SampleCentre.Yaml);

        Assert.Equal(["+15550100", "support", "sales"], centre.Numbers.Select(n => n.Number));
        Assert.Equal(["support", "sales"], centre.Queues.Select(q => q.Id.Value));
        Assert.Equal(["alice", "bob", "carol"], centre.Agents.Select(a => a.Id.Value));
        Assert.Equal(("default", null), (centre.Queues[0].Greeting, centre.Queues[1].Greeting));
    }

    [Fact]
    public void EveryKeyOfAQueueIsRead()
    {
        var q = Valid("""
            queues:
              - id: support
                name: "Support & more"
                strategy: fewest-calls
                service-level: { target: 0.9, within: 2m }
                ring-timeout: 20s
                wrap-up: 0s
                priority: -5
                greeting: none
                music: jazz
                show-caller: true
                short-abandon: 500ms
                recording: never
                skills: [ { name: english, min: 3, relax: [ { after: 30s, min: 1 }, { after: 1h, min: 0 } ] } ]
                overflow: { after: 60s, to: queue/backup }
              - { id: backup }
            """).Queues[0];

        Assert.Equal(("Support & more", RoutingStrategy.FewestCalls, -5, true), (q.Display, q.Strategy, q.Priority, q.ShowCaller));
        Assert.Equal(new ServiceLevelTarget(0.9, TimeSpan.FromMinutes(2)), q.ServiceLevel);
        Assert.Equal((TimeSpan.FromSeconds(20), TimeSpan.Zero, TimeSpan.FromMilliseconds(500)),
            (q.RingTimeout, q.WrapUp, q.ShortAbandon));
        Assert.Equal((null, "jazz"), (q.Greeting, q.Music));
        SkillRelaxation[] relaxed = [new(TimeSpan.FromSeconds(30), 1), new(TimeSpan.FromHours(1), 0)];
        Assert.Equal(relaxed, q.Skills[0].Relax.ToArray());
        Assert.Equal(new OverflowRule(TimeSpan.FromSeconds(60), new QueueId("backup")), q.Overflow);
    }

    [Theory]
    [InlineData("", PhoneDigest.Md5)]
    [InlineData("digest: md5", PhoneDigest.Md5)]
    [InlineData("digest: sha-256", PhoneDigest.Sha256)]
    [InlineData("digest: both", PhoneDigest.Both)]
    public void ACentreSaysHowPhonesAreChallenged(string line, PhoneDigest digest) =>
        Assert.Equal(digest, Valid($"realm: acd\n{line}").Digest);

    [Fact]
    public void WhatIsLeftOutHasTheDocumentedDefault()
    {
        var q = Valid("queues: [ { id: a } ]").Queues[0];

        Assert.Equal(("a", RoutingStrategy.LongestIdle, 0, false), (q.Display, q.Strategy, q.Priority, q.ShowCaller));
        Assert.Equal((TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5)),
            (q.RingTimeout, q.WrapUp, q.ShortAbandon));
        Assert.Equal(new ServiceLevelTarget(0.8, TimeSpan.FromSeconds(20)), q.ServiceLevel);
    }

    /// <summary>RFC 7616 section 3.4.2: A1 is user:realm:password.</summary>
    [Fact]
    public void APasswordBecomesDigestsAndIsNowhereInTheCentre()
    {
        var centre = Valid("realm: example\nagents: [ { id: bob, sip-password: \"pä ss:wörd\" } ]");

        var a1 = Encoding.UTF8.GetBytes("bob:example:pä ss:wörd");
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData(a1)), centre.Agents[0].Account!.Ha1Md5);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(a1)), centre.Agents[0].Account!.Ha1Sha256);
        Assert.DoesNotContain("wörd", System.Text.Json.JsonSerializer.Serialize(centre), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queues:\n  - id: a\n    ring-time: 5s", 3, "queues[0].ring-time", "ring-timeout")]
    [InlineData("queues:\n  - id: a\n    ring-timeout: soon", 3, "queues[0].ring-timeout", "15s")]
    [InlineData("queues:\n  - id: a\n    ring-timeout: 0s", 3, "queues[0].ring-timeout", "from 1s")]
    [InlineData("queues:\n  - id: a\n    wrap-up: 99h", 3, "queues[0].wrap-up", "24h")]
    [InlineData("queues:\n  - id: a\n    priority: high", 3, "queues[0].priority", "whole number")]
    [InlineData("queues:\n  - id: a\n    show-caller: yes", 3, "queues[0].show-caller", "true or false")]
    [InlineData("queues:\n  - id: a\n    service-level: { target: 80 }", 3, "queues[0].service-level.target", "0.80")]
    [InlineData("queues:\n  - id: a\n    recording: sometimes", 3, "queues[0].recording", "never, always, on-demand")]
    [InlineData("queues:\n  - id: a\n    recording: { format: wav }", 3, "queues[0].recording.mode", "is missing")]
    [InlineData("queues:\n  - id: a\n    recording: { mode: always, format: mp3 }", 3, "queues[0].recording.format",
        "wav, opus")]
    [InlineData("queues:\n  - id: a\n    recording: { mode: always, siprec: rec.example }", 3,
        "queues[0].recording.siprec", "sip:HOST:PORT")]
    [InlineData("queues:\n  - id: a\n    recording: [ always ]", 3, "queues[0].recording", "single value")]
    [InlineData("queues:\n  - id: a\n    monitoring: { seen: true }", 3, "queues[0].monitoring.seen", "visible")]
    [InlineData("queues:\n  - id: a\n    monitoring: { visible: 1 }", 3, "queues[0].monitoring.visible",
        "true or false")]
    [InlineData("queues:\n  - id: a\n    fax: b", 3, "queues[0].fax", "no queue 'b'")]
    [InlineData("queues:\n  - id: a\n    fax: a", 3, "queues[0].fax", "itself")]
    [InlineData("queues:\n  - id: a\n    strategy: ring-all", 3, "queues[0].strategy", "not available yet")]
    [InlineData("queues:\n  - id: a\n    strategy: best", 3, "queues[0].strategy", "longest-idle")]
    [InlineData("queues:\n  - id: a\n    id: b", 3, "queues[0].id", "twice, first on line 2")]
    [InlineData("queues:\n  - id: a\n  - id: A", 3, "queues[1].id", "exists already, on line 2")]
    [InlineData("queues:\n  - id: a\n    overflow: { after: 5s, to: queue/b }", 3, "queues[0].overflow.to",
        "no queue 'b'")]
    [InlineData("queues:\n  - id: a\n    overflow: { after: 5s, to: queue/a }", 3, "queues[0].overflow.to", "itself")]
    [InlineData("queues:\n  - id: a\n    skills: [ { name: x, min: 2, relax: [ { after: 5s, min: 2 } ] } ]", 3,
        "queues[0].skills[0].relax[0].min", "less than 2")]
    [InlineData("queues:\n  - id: a b", 2, "queues[0].id", "not an id")]
    [InlineData("queues:\n  - name: nameless", 2, "queues[0].id", "is missing")]
    [InlineData("queues: support", 1, "queues", "must be a list")]
    [InlineData("queues:\n  - support", 2, "queues[0]", "must be a mapping")]
    [InlineData("numbers:\n  - { number: \"+1\", to: flow/main.vxml }", 2, "numbers[0].to",
        "flows are not available yet")]
    [InlineData("numbers:\n  - { number: \"+1\", to: queue/none }", 2, "numbers[0].to", "no queue 'none'")]
    [InlineData("numbers:\n  - { number: \"a b\", to: queue/q }\nqueues: [ { id: q } ]", 2, "numbers[0].number",
        "not a number")]
    [InlineData("agents:\n  - id: a", 2, "agents[0].sip-password", "is missing")]
    [InlineData("agents:\n  - { id: a, login: api, queues: [none] }", 2, "agents[0].queues[0]", "no queue 'none'")]
    [InlineData("agents:\n  - { id: a, login: api, capacity: { voice: 2, chat: 3 } }", 2, "agents[0].capacity.voice",
        "must be 1")]
    [InlineData("agents:\n  - { id: a, login: api, capacity: { fax: 3 } }", 2, "agents[0].capacity.fax", "no channel")]
    [InlineData("agents:\n  - { id: a, login: api, skills: { english: lots } }", 2, "agents[0].skills.english",
        "whole number")]
    [InlineData("agents:\n  - { id: a, sip-password: \"***\" }", 2, "agents[0].sip-password", "there is none")]
    [InlineData("agents:\n  - { id: a, login: api, supervises: [ none ] }", 2, "agents[0].supervises[0]",
        "no queue 'none'")]
    [InlineData("queues: [ { id: q } ]\nagents:\n  - { id: a, login: api, supervises: [ q, q ] }", 3,
        "agents[0].supervises[1]", "twice")]
    [InlineData("queues: [ { id: q } ]\nagents:\n  - { id: a, login: api, supervises: [ { queue: q, may: [shout] } ] }",
        3, "agents[0].supervises[0].may[0]", "monitor, whisper, barge, take-over")]
    [InlineData("agents:\n  - { id: a, login: api, supervises: [ { may: [barge] } ] }", 2,
        "agents[0].supervises[0].queue", "is missing")]
    [InlineData("agents:\n  - { id: a, sip-password: x, encryption: maybe }", 2, "agents[0].encryption",
        "require, prefer, forbid")]
    [InlineData("agents:\n  - { id: a, login: api, encryption: require }", 2, "agents[0].encryption", "sip-password")]
    [InlineData("numbers:\n  - { number: \"+1\", to: agent/none }", 2, "numbers[0].to", "no agent 'none'")]
    [InlineData("numbers:\n  - { number: \"+1\", to: alice }", 2, "numbers[0].to", "queue/ID or agent/ID")]
    [InlineData("trunks:\n  - { id: t }", 2, "trunks[0].uri", "is missing")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:bob@host\" }", 2, "trunks[0].uri", "sip:HOST:PORT")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:host:99999\" }", 2, "trunks[0].uri", "sip:HOST:PORT")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:host;transport=ws\" }", 2, "trunks[0].uri", "udp, tcp, tls")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:h\", sources: [ here ] }", 2, "trunks[0].sources[0]", "192.0.2.10")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:h\", numbers: [ \"a b\" ] }", 2, "trunks[0].numbers[0]", "+1*")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:h\", encryption: require }", 2, "trunks[0].encryption", "tls")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:h\", user: u }", 2, "trunks[0].user", "go together")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:h\", user: u, password: \"***\" }", 2, "trunks[0].password",
        "there is none")]
    [InlineData("trunks:\n  - { id: t, uri: \"sip:h\", sources: [192.0.2.1] }\n"
        + "  - { id: u, uri: \"sip:h\", sources: [192.0.2.1] }", 3, "trunks[1].sources", "exists already")]
    [InlineData("realm: 'a\"b'", 1, "realm", "must not contain")]
    [InlineData("speed: 5", 1, "speed", "realm, digest, numbers, queues, agents, trunks")]
    [InlineData("digest: sha1", 1, "digest", "md5, sha-256, both")]
    public void EachMistakeIsNamedWithLineAndKeyAndWhatIsAllowed(string yaml, int line, string key, string says)
    {
        var problem = Assert.Single(CentreParser.Parse(yaml, 1).Problems);

        Assert.Equal((line, key), (problem.Line, problem.Key));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("# nothing", "empty")]
    [InlineData("queues: [", "not valid YAML")]
    [InlineData("queues: [ { id: a } ]\n---\nqueues: []", "second document")]
    [InlineData("a: &x [1]\nb: *x", "anchors")]
    [InlineData("a: *x", "aliases")]
    [InlineData("a: !!binary x", "tags")]
    [InlineData("\0", "not valid YAML")]
    [InlineData("{[a]: b}", "key")]
    public void WhatIsNoCentreAtAllIsRefusedInOneProblem(string yaml, string says)
    {
        var problem = Assert.Single(CentreParser.Parse(yaml, 1).Problems);

        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABombOfAliasesOrDepthOrSizeIsRefusedQuickly()
    {
        Assert.NotEmpty(CentreParser.Parse(new string('[', 100_000), 1).Problems);
        Assert.NotEmpty(CentreParser.Parse(new string(' ', CentreLimits.DocumentCharsMax + 1), 1).Problems);
        Assert.NotEmpty(CentreParser.Parse("x:\n" + string.Concat(Enumerable.Repeat("  - a\n", 150_000)), 1).Problems);
        var many = "queues:\n" + string.Concat(Enumerable.Range(0, CentreLimits.QueuesMax + 1).Select(i => $"  - {{id: q{i}}}\n"));
        Assert.Contains("at most 1000", Assert.Single(CentreParser.Parse(many, 1).Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RedactionTakesThePasswordsAndLeavesEveryOtherCharacter()
    {
        const string yaml = "# keep me\r\nagents:\r\n  - { id: a, sip-password: 'it''s' } # here\r\n  - id: b\r\n    sip-password:   plain  # there\r\n"
            + "  - {id: c, sip-password: \"q\\\"x\"}\r\n";

        Assert.Equal(
            "# keep me\r\nagents:\r\n  - { id: a, sip-password: \"***\" } # here\r\n  - id: b\r\n    sip-password:   \"***\"  # there\r\n"
            + "  - {id: c, sip-password: \"***\"}\r\n",
            CentreRedaction.Redact(yaml));
    }

    [Fact]
    public void AnExportAppliedAgainKeepsThePasswords()
    {
        var first = Valid(SampleCentre.Yaml);

        var again = CentreParser.Parse(CentreRedaction.Redact(SampleCentre.Yaml)!, 2, first).Centre!;

        Assert.True(CentreParser.Same(first, again));
        Assert.False(CentreParser.Same(first, Valid(SampleCentre.Yaml.Replace("alice-secret", "other", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("never", RecordingPolicy.Never)]
    [InlineData("always", RecordingPolicy.Always)]
    [InlineData("on-demand", RecordingPolicy.OnDemand)]
    public void RecordingIsAWord(string word, RecordingPolicy policy) => Assert.Equal(
        new RecordingRule(policy), Valid($"queues: [ {{ id: a, recording: {word} }} ]").Queues[0].Recording);

    [Fact]
    public void ControlKeysOfQueuesAgentsAndNumbersAreRead()
    {
        var centre = Valid("""
            numbers: [ { number: "200", to: agent/sue } ]
            queues:
              - id: support
                recording: { mode: always, format: opus, announce: recorded, siprec: "sip:rec.example:5060;transport=tcp" }
                monitoring: { visible: true }
                fax: faxes
              - { id: faxes }
            agents:
              - id: sue
                sip-password: x
                encryption: require
                recording: on-demand
                supervises: [ { queue: support, may: [monitor, take-over] }, faxes ]
            """);

        var (queue, sue) = (centre.Queues[0], centre.Agents[0]);
        Assert.Equal(
            new RecordingRule(RecordingPolicy.Always, RecordingFormat.Opus, "recorded", "sip:rec.example:5060;transport=tcp"),
            queue.Recording);
        Assert.Equal((true, new QueueId("faxes")), (queue.MonitoringVisible, queue.Fax!.Value));
        Assert.Equal((EncryptionPolicy.Require, RecordingPolicy.OnDemand),
            (sue.Account!.Encryption, sue.Recording.Policy));
        Assert.Equal([SupervisionMode.Monitor, SupervisionMode.TakeOver], sue.Supervises[0].May.AsEnumerable());
        Assert.Equal(Enum.GetValues<SupervisionMode>(), sue.Supervises[1].May.AsEnumerable());
        Assert.Equal(new AgentId("sue"), centre.Numbers[0].Agent);
    }

    /// <summary>RFC 7616 section 3.4.2, in the trunk's own realm.</summary>
    [Fact]
    public void ATrunkIsReadAndItsPasswordBecomesADigestOfItsRealm()
    {
        const string yaml = """
            trunks:
              - id: provider
                uri: "sip:sip.example.net:5061;transport=tls"
                sources: [ 192.0.2.10, "2001:db8::1" ]
                certificate-name: sip.example.net
                encryption: require
                numbers: [ "+1*", "911" ]
                user: "15550100"
                password: "very secret"
                realm: example.net
            """;
        var centre = Valid(yaml);

        var trunk = Assert.Single(centre.Trunks);
        Assert.Equal(["192.0.2.10", "2001:db8::1"], trunk.Settings.Sources.AsEnumerable());
        Assert.Equal(("sip.example.net", EncryptionPolicy.Require),
            (trunk.Settings.CertificateName, trunk.Settings.Encryption));
        var a1 = Encoding.UTF8.GetBytes("15550100:example.net:very secret");
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData(a1)), trunk.Settings.Account!.Ha1Md5);
        Assert.Equal([true, true, false], new[] { "+15551234", "911", "9112" }.Select(trunk.Serves));
        Assert.DoesNotContain("very secret", CentreRedaction.Redact(yaml)!, StringComparison.Ordinal);
        Assert.True(CentreParser.Same(centre, CentreParser.Parse(CentreRedaction.Redact(yaml)!, 2, centre).Centre!));
    }

    [Fact]
    public void ASkillNamedPasswordIsNoSecret()
    {
        const string yaml = "agents: [ { id: a, login: api, skills: { password: 5 } } ]";

        Assert.Equal(yaml, CentreRedaction.Redact(yaml));
    }

    /// <summary>A document with any byte changed is read or refused, never an exception.</summary>
    [Fact]
    public void MutatedDocumentsNeverThrow()
    {
        var random = new Random(20260102);
        for (var i = 0; i < 3_000; i++)
        {
            var text = SampleCentre.Yaml.ToCharArray();
            for (var n = random.Next(1, 6); n > 0; n--) text[random.Next(text.Length)] = "{}[]:,-#&*!|>'\"%@`\t\n \0\uFFFDxé"[random.Next(25)];
            var result = CentreParser.Parse(new string(text), 1);
            Assert.True(result.Centre is null != result.Problems.IsEmpty, "a centre or problems");
            CentreRedaction.Redact(new string(text));
        }
    }

    private static Centre Valid(string yaml)
    {
        var result = CentreParser.Parse(yaml, 1);
        Assert.Empty(result.Problems);
        return result.Centre!;
    }
}
