using System.Text;
using System.Text.Json;
using OrleansAcd.Sip.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Sdp;

/// <summary>RFC 3264 section 10, RFC 4317 and field cases, as exchanges of whole descriptions, both views.</summary>
public sealed class OfferAnswerVectorTests
{
    // Where the vectors answer with every common codec: the very same offer and capabilities are answered both ways in
    // the second of these cases, so the choice is the answerer's and part of the input.
    private static readonly HashSet<(string, int)> AnsweredWithSeveralCodecs =
    [
        ("RFC 4317 section 2.2: Audio and Video 2 (Bob's view)", 0),
        ("Ticket #2088: Handle multiple telephone-event formats", 0),
    ];

    public static TheoryData<string> Titles()
    {
        var titles = new TheoryData<string>();
        foreach (var vector in Cases()) titles.Add(vector.GetProperty("title").GetString()!);
        if (titles.Count == 0) titles.Add("vectors absent");
        return titles;
    }

    [SkippableTheory]
    [MemberData(nameof(Titles))]
    public void EndsInTheDescriptionOfTheVector(string title)
    {
        Skip.If(VectorFolder.Find("sdp") is null, "no vectors");
        var vector = Cases().Single(c => c.GetProperty("title").GetString() == title);

        var exchange = new OfferAnswer();
        var index = 0;
        foreach (var step in vector.GetProperty("steps").EnumerateArray())
        {
            var choice = new AnswerChoice(SeveralCodecs: AnsweredWithSeveralCodecs.Contains((title, index)));
            Run(exchange, step, choice);
            Assert.Equal(Canonical(Parse(step, "sdp3_expected_local")!), Canonical(exchange.Local!));
            index++;
        }
    }

    [SkippableFact]
    public void AllNineteenVectorsAreThere()
    {
        Skip.If(VectorFolder.Find("sdp") is null, "no vectors");
        Assert.Equal(19, Cases().Count);
    }

    private static void Run(OfferAnswer exchange, JsonElement step, AnswerChoice choice)
    {
        if (step.GetProperty("type").GetString() == "LOCAL_OFFER")
        {
            Assert.Equal(OfferAnswerError.None, exchange.TryOffer(Parse(step, "sdp1")!, out _));
            Assert.Equal(OfferAnswerError.None, exchange.HandleAnswer(Parse(step, "sdp2")!));
            return;
        }

        Assert.Equal(OfferAnswerError.None, exchange.HandleOffer(Parse(step, "sdp1")!));
        Assert.Equal(OfferAnswerError.None, exchange.TryAnswer(Parse(step, "sdp2"), choice, out _));
    }

    private static SessionDescription? Parse(JsonElement step, string name)
    {
        if (step.GetProperty(name).GetString() is not { } text) return null;
        Assert.Equal(SdpError.None, SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out var session));
        return session;
    }

    // The same up to the order of attributes within a section; everything else in its order.
    private static string Canonical(SessionDescription session) => (session with
    {
        Attributes = [.. session.Attributes.OrderBy(a => a.ToString(), StringComparer.Ordinal)],
        Media = [.. session.Media.Select(m
            => m with { Attributes = [.. m.Attributes.OrderBy(a => a.ToString(), StringComparer.Ordinal)] })],
    }).ToString();

    private static List<JsonElement> Cases()
    {
        if (VectorFolder.Find("sdp") is not { } folder) return [];
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "offer_answer_pjmedia.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.Clone())];
    }
}
