using System.Text.Json;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Tests.Conformance.Sdp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Sip;

/// <summary>RFC 4475: each of its messages as one datagram to a whole node; answered, or dropped, as the RFC
/// says.</summary>
public sealed class TortureTests
{
    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var vector in Expectations()) names.Add(vector.Name);
        if (names.Count == 0) names.Add("vectors absent");
        return names;
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void IsAnsweredAsTheRfcSays(string name)
    {
        var folder = VectorFolder.Find("sip/rfc4475");
        Skip.If(folder is null, "no vectors");
        var expected = Expectations().Single(v => v.Name == name).Value;
        var accepted = expected.GetProperty("ok").EnumerateArray().Select(code => code.GetInt32()).ToList();

        var answers = new Answerer().Answers(File.ReadAllBytes(Path.Combine(folder!, name + ".dat")));

        // A final response to an INVITE is repeated until its ACK (RFC 3261 section 17.2.1): one status all the same.
        var codes = answers.Select(a => a.StatusCode).Distinct().ToList();
        if (codes.Count == 0)
        {
            Assert.True(expected.GetProperty("silence").GetBoolean(),
                $"{name} must be answered: {expected.GetProperty("expect")}");
            return;
        }

        var code = Assert.Single(codes);
        Assert.True(accepted.Contains(code),
            $"{name}: {code} {answers[0].ReasonPhrase}, expected {expected.GetProperty("expect")}");
    }

    [SkippableFact]
    public void EveryMessageOfTheFolderIsExpected()
    {
        var folder = VectorFolder.Find("sip/rfc4475");
        Skip.If(folder is null, "no vectors");
        var files = Directory.GetFiles(folder!, "*.dat").Select(Path.GetFileNameWithoutExtension).Order(
            StringComparer.Ordinal);
        Assert.Equal(files, Expectations().Select(v => v.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>Section 3.3.5: the unsupported extensions are listed. Section 3.3.6: the accepted types are.</summary>
    [SkippableTheory]
    [InlineData("bext01", SipHeaderId.Unsupported, "nothingSupportsThis")]
    [InlineData("invut", SipHeaderId.Accept, "application/sdp")]
    [InlineData("regaut01", SipHeaderId.WwwAuthenticate, "Digest ")]
    public void SaysWhatItWouldTake(string name, SipHeaderId header, string text)
    {
        var folder = VectorFolder.Find("sip/rfc4475");
        Skip.If(folder is null, "no vectors");
        var answer = new Answerer().Answers(File.ReadAllBytes(Path.Combine(folder!, name + ".dat")))[0];
        Assert.Contains(text, string.Join(", ", answer.Headers.All(header)), StringComparison.Ordinal);
    }

    private static List<JsonProperty> Expectations()
    {
        if (VectorFolder.Find("sip/rfc4475") is not { } folder) return [];
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "expected.json")));
        return [.. document.RootElement.Clone().EnumerateObject()];
    }
}
