using Xunit;

// Each test starts real programs and measures real time: one after another, so that none disturbs another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
