using OrleansAcd.Contracts;

namespace OrleansAcd.Routing;

/// <summary>A ready agent as a queue's matcher sees it: the values that order candidates.</summary>
/// <param name="ReadySince">Start of the idle time: ready again after the last handled contact.</param>
/// <param name="SkillSum">Levels of the skills that the queue asks for, added up.</param>
/// <param name="SkillCount">How many skills the agent has at all.</param>
/// <param name="Turn">The queue's turn at which it last offered a call to the agent; 0: never.</param>
/// <param name="EligibleFrom">The wait from which on the agent may take a call of this queue.</param>
public sealed record Candidate(
    AgentId Agent, DateTimeOffset ReadySince, int SkillSum, int SkillCount, int CallsHandled, long Turn,
    TimeSpan EligibleFrom);
