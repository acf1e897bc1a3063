using OrleansAcd.MediaCore;
using Xunit;
using Xunit.Sdk;

namespace OrleansAcd.Tests.Fuzz.Sip;

/// <summary>Damaged traffic through the whole stack: parser, transactions, dialogs, calls, and timers.</summary>
public sealed class StackFuzz
{
    private const int Messages = 200_000;

    [Fact]
    public void DamagedTrafficThrowsNothing_StaysBounded_AndLeavesNothingBehind()
    {
        var seed = ParserFuzz.Seed;
        var node = new FuzzedNode(seed);
        var corpus = Corpus.Messages();
        var damage = new Mutator(corpus, seed);
        var damagedAnswers = new Mutator(node.Recent, seed + 9);
        for (var i = 0; i < Messages; i++)
        {
            var bytes = (i % 2 == 0 && node.Recent.Count > 0 ? damagedAnswers : damage).Next().ToArray();
            Guarded(seed, i, bytes, () => node.Step(i, bytes));
        }

        Guarded(seed, Messages, [], node.WindDown);
        ParserFuzz.Holds(node.CallsMade > Messages / 100, $"seed {seed}: {node.CallsMade} calls came about");
        ParserFuzz.Holds(node.ReferralsSeen > 0, $"seed {seed}: no REFER got through");
        Assert.Equal((0, 0, 0),
            (node.Stack.CallCount, node.Stack.ServerTransactionCount, node.Stack.ClientTransactionCount));
        Assert.Equal(Instant.Never, node.Stack.NextDeadline);
    }

    private static void Guarded(ulong seed, int i, byte[] bytes, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e)
        {
            var text = System.Text.Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 4000)));
            throw new XunitException($"seed {seed}, message {i}: {e}\n--- bytes\n{text}");
        }
    }
}
