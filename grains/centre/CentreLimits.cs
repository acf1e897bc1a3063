namespace OrleansAcd.CentreYaml;

/// <summary>The bounds of a centre document: a larger one is refused, whatever it says.</summary>
public static class CentreLimits
{
    public const int DocumentCharsMax = 1024 * 1024;
    public const int NodesMax = 400_000;
    public const int DepthMax = 16;
    public const int NumbersMax = 10_000;
    public const int QueuesMax = 1_000;
    public const int AgentsMax = 10_000;
    public const int QueuesPerAgentMax = 100;
    public const int TrunksMax = 100;
    public const int TrunkSourcesMax = 16;
    public const int TrunkNumbersMax = 1_000;
    public const int SupervisedQueuesMax = 1_000;
    public const int UriCharsMax = 256;
    public const int SkillsMax = 64;
    public const int RelaxationsMax = 16;
    public const int SkillLevelMax = 100;
    public const int PriorityMax = 1_000;
    public const int NameCharsMax = 128;
    public const int IdCharsMax = 64;

    /// <summary>Further problems are not listed: nobody reads more.</summary>
    public const int ProblemsMax = 100;
}
