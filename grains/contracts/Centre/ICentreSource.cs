namespace OrleansAcd.Contracts.Centre;

/// <summary>The centre as it is now, without a call to anybody: every process keeps the last version that was
/// published.</summary>
public interface ICentreSource
{
    CentreIndex Current { get; }
}
