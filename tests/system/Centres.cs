namespace OrleansAcd.Tests.System;

/// <summary>Centre documents of the system tests.</summary>
internal static class Centres
{
    /// <summary>One queue, two agents, short times.</summary>
    public static string Support(string ringTimeout = "15s", string wrapUp = "0s", string greeting = "default", string login = "phone",
        string encryption = "prefer") =>
        $$"""
        numbers: [ { number: support, to: queue/support }, { number: "+15550100", to: queue/support } ]
        queues:
          - id: support
            name: Support
            ring-timeout: {{ringTimeout}}
            wrap-up: {{wrapUp}}
            greeting: {{greeting}}
            music: default
        agents:
          - { id: alice, sip-password: alice-pw, encryption: {{encryption}}, queues: [support], login: {{login}} }
          - { id: bob, sip-password: bob-pw, queues: [support], login: {{login}} }
        """;

    /// <summary>Alice takes the calls, bob is asked by her, sue listens to them.</summary>
    public static string Team(string recording = "never", string numbers = "") =>
        $$"""
        numbers: [ { number: support, to: queue/support }{{numbers}} ]
        queues:
          - { id: support, name: Support, wrap-up: 0s, greeting: none, music: default, recording: {{recording}} }
        agents:
          - { id: alice, sip-password: alice-pw, queues: [support] }
          - { id: bob, sip-password: bob-pw }
          - { id: sue, sip-password: sue-pw, supervises: [support] }
        """;

    /// <summary>One queue and agents a1, a2, ...</summary>
    public static string Many(int agents, string ringTimeout = "15s", string wrapUp = "0s") =>
        $$"""
        numbers: [ { number: support, to: queue/support } ]
        queues: [ { id: support, name: Support, ring-timeout: {{ringTimeout}}, wrap-up: {{wrapUp}}, music: default } ]
        agents:
        {{string.Join('\n', Enumerable.Range(1, agents).Select(i => $"  - {{ id: a{i}, sip-password: a{i}-pw, queues: [support] }}"))}}
        """;
}
