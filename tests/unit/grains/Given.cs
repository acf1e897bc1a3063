using System.Collections.Immutable;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Things that tests of the machines start from.</summary>
internal static class Given
{
    public static readonly DateTimeOffset T0 = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);
    public static readonly NodeId Node = new("node-1");
    public static readonly CallId Call = new("call-1");
    public static readonly AgentId Alice = new("alice");
    public static readonly QueueId Support = new("support");
    public static readonly QueueId Sales = new("sales");

    public static readonly PartyIdentity Caller = new("Bob", "sip:+15551234@example.org");

    public static QueueRoute Route(string? greeting = "welcome", string? music = "music", bool showCaller = false) =>
        new(Support, "Support", 0, greeting, music, showCaller, TimeSpan.FromSeconds(5), "acd");

    public static LegOffered Offered(string dialled = "support", params ImmutableArray<SipHeader> headers) => new(
        Call, 1, 1, LegId.Caller, Node, dialled, Caller, headers, null, "PCMU");

    public static Reservation Reservation(
        long epoch = 1, string agent = "alice", string call = "call-1", double expires = 25) =>
        new(new AgentId(agent), new CallId(call), Support, epoch, T0.AddSeconds(expires), TimeSpan.FromSeconds(10));

    public static readonly AgentPhone Phone = new("Alice", [Contact()]);

    public static PhoneContact Contact(string uri = "sip:alice@10.0.0.1", double expires = 86_400) =>
        new(uri, [], "udp", "10.0.0.1:5060", Node, T0.AddSeconds(expires));

    public static Assignment Assignment(Reservation? reservation = null) => new(
        reservation ?? Reservation(), Phone, TimeSpan.FromSeconds(15),
        new RoutingDecision("longest-idle", Alice, "longest idle: 3 s", 1, 1, []));

    public static QueueDefinition Queue(
        RoutingStrategy strategy = RoutingStrategy.LongestIdle, OverflowRule? overflow = null,
        params ImmutableArray<SkillRequirement> skills) => new(
        Support, "Support", strategy, new ServiceLevelTarget(0.8, TimeSpan.FromSeconds(20)), TimeSpan.FromSeconds(15),
        TimeSpan.FromSeconds(10), 0, "welcome", "music", false, TimeSpan.FromSeconds(5), skills, overflow);

    public static AgentDefinition Agent(LoginMode login = LoginMode.Phone, params ImmutableArray<QueueId> queues) =>
        new(
        Alice, "Alice", null, login, queues.IsDefaultOrEmpty ? [Support] : queues,
        ImmutableSortedDictionary<string, int>.Empty);

    public static AgentNotice Notice(
        string agent, long epoch, Presence presence = Presence.Ready, double readySince = 0, int calls = 0,
        bool member = true,
        params (string Skill, int Level)[] skills) => new(
        new AgentId(agent), Support, epoch, presence, "", T0.AddSeconds(readySince),
        skills.ToImmutableSortedDictionary(s => s.Skill, s => s.Level), calls, member);

    public static Ticket Ticket(string call, double at = 0, int priority = 0, int hops = 0) =>
        new(new CallId(call), Support, T0.AddSeconds(at), priority, hops);

    public static DialTarget Colleague(string agent) => new(
        "agent/" + agent, agent, new AgentId(agent), null, null, null, EncryptionPolicy.Prefer, "acd");

    public static DialTarget Outside(string number = "+15559999") => new(
        number, number, null, null, "provider", $"sip:{number}@provider.example;transport=tls",
        EncryptionPolicy.Require, "acd");

    public static DialTarget Line(QueueId queue) => new(
        "queue/" + queue.Value, queue.Value, null, Route() with { Queue = queue }, null, null, EncryptionPolicy.Prefer,
        "acd");
}
