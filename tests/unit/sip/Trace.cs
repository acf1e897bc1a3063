using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transactions;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>What a transaction did, in virtual time: it jumps from deadline to deadline.</summary>
internal sealed class Trace(SipTransaction transaction)
{
    private const int StepsMax = 1000;

    public List<double> SentAtSeconds { get; } = [];

    public List<(double At, TransactionOutputKind Kind, SipMessage? Message)> Outputs { get; } = [];

    public Instant Now { get; private set; }

    public double? At(TransactionOutputKind kind)
    {
        foreach (var output in Outputs)
        {
            if (output.Kind == kind) return output.At;
        }

        return null;
    }

    public int Count(TransactionOutputKind kind) => Outputs.Count(o => o.Kind == kind);

    public Trace Drain()
    {
        while (transaction.TryPoll(out var output))
        {
            var at = Now.TotalMilliseconds / 1000;
            Outputs.Add((at, output.Kind, output.Message));
            if (output.Kind is TransactionOutputKind.Send) SentAtSeconds.Add(at);
        }

        return this;
    }

    public Trace Do(Action<Instant> act)
    {
        Drain();
        act(Now);
        return Drain();
    }

    public Trace RunTo(double seconds) => Run(Instant.FromMilliseconds(seconds * 1000));

    public Trace RunUntilIdle() => Run(new Instant(long.MaxValue - 1));

    private Trace Run(Instant until)
    {
        Drain();
        for (var step = 0; step < StepsMax && transaction.NextDeadline <= until; step++)
        {
            Now = transaction.NextDeadline;
            transaction.HandleTimeout(Now);
            Drain();
        }

        if (until < new Instant(long.MaxValue - 1)) Now = until;
        return this;
    }
}

/// <summary>Messages for tests.</summary>
internal static class Sample
{
    public static SipRequest Request(string method, string branch = "z9hG4bK1", string extra = "", string body = "",
        string uri = "sip:bob@192.0.2.2", string callId = "c1", uint cseq = 1, string toTag = "", string fromTag = "a",
        string via = "SIP/2.0/UDP 192.0.2.1:5060")
    {
        var to = toTag.Length == 0 ? "" : ";tag=" + toTag;
        var text = $"{method} {uri} SIP/2.0\r\nVia: {via};branch={branch}\r\nMax-Forwards: 70\r\n"
            + $"From: <sip:alice@192.0.2.1>;tag={fromTag}\r\nTo: <sip:bob@192.0.2.2>{to}\r\nCall-ID: {callId}\r\n"
            + $"CSeq: {cseq} {method}\r\n{extra}Content-Length: {body.Length}\r\n\r\n{body}";
        return (SipRequest)Parse(text);
    }

    public static SipResponse Response(SipRequest request, int code, string? tag = "b") =>
        (SipResponse)Parse(SipWriter.ToArray(SipResponse.For(request, code, null, tag)));

    public static SipMessage Parse(string text) => Parse(System.Text.Encoding.UTF8.GetBytes(text));

    public static SipMessage Parse(ReadOnlySpan<byte> bytes) =>
        SipParser.TryParse(bytes, out var message, out var error)
        ? message! : throw new FormatException(error.ToString());
}
