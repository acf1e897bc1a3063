using System.Net;
using System.Text;
using System.Xml.Linq;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.SipRec;
using Xunit;

namespace OrleansAcd.Tests.Unit.SipRec;

/// <summary>Bodies, metadata and descriptions of recording sessions against RFC 7865, RFC 7866 and RFC 2046.</summary>
public sealed class SipRecRules
{
    private const string Boundary = "part-1";
    private static readonly XNamespace Rs = SipRecMetadata.Namespace;
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 13, 0, 0, TimeSpan.FromHours(1));

    private static readonly SipRecMetadata Metadata = new(
        SipRecMetadata.NewId(1, 2), Noon,
        [
            new SipRecParticipant(SipRecMetadata.NewId(3, 4), SipRecMetadata.NewId(5, 6), "1", Noon)
            {
                Aor = "sip:carl@example.com", Name = "Carl <&\u0001> \uD800",
            },
            new SipRecParticipant(SipRecMetadata.NewId(7, 8), SipRecMetadata.NewId(9, 10), "2", Noon.AddSeconds(5))
            {
                Hears = [SipRecMetadata.NewId(5, 6)],
            },
        ]);

    private static readonly SessionDescription Offer = SipRecSdp.Describe(
        SdpOrigin.Create(7, "192.0.2.1"), "192.0.2.1",
        [
            new SipRecLine("1", 20_000, [AudioCodec.Pcmu, AudioCodec.Pcma]),
            new SipRecLine("2", 20_002, [AudioCodec.Opus]),
            new SipRecLine("", 0, [AudioCodec.Pcmu]),
        ]);

    [Fact]
    public void MetadataIsOneRecordingInTheOrderOfTheSchema()
    {
        var root = Root();

        Assert.Equal(Rs + "recording", root.Name);
        Assert.Equal("complete", root.Element(Rs + "datamode")!.Value);
        Assert.Equal(
            [
                "datamode", "session", "participant", "participant", "stream", "stream", "sessionrecordingassoc",
                "participantsessionassoc", "participantsessionassoc", "participantstreamassoc",
                "participantstreamassoc",
            ],
            root.Elements().Select(element => element.Name.LocalName));
    }

    [Fact]
    public void EveryAssociationNamesWhatIsThere()
    {
        var root = Root();
        var session = Assert.Single(Ids(root, "session", "session_id"));
        var (people, streams) = (Ids(root, "participant", "participant_id"), Ids(root, "stream", "stream_id"));

        Assert.Equal(2, people.Distinct().Count());
        Assert.Equal(2, streams.Distinct().Count());
        foreach (var name in new[] { "stream", "sessionrecordingassoc", "participantsessionassoc" })
        {
            Assert.All(Ids(root, name, "session_id"), id => Assert.Equal(session, id));
        }

        Assert.Equal(people, Ids(root, "participantsessionassoc", "participant_id"));
        Assert.Equal(people, Ids(root, "participantstreamassoc", "participant_id"));
        var sent = root.Elements(Rs + "participantstreamassoc").Select(one => one.Element(Rs + "send")!.Value);
        Assert.Equal(streams, sent);
        Assert.Equal(["1", "2"], root.Elements(Rs + "stream").Select(one => one.Element(Rs + "label")!.Value));
    }

    [Fact]
    public void TimesAreUtcAndNamesAreWhatXmlCanHold()
    {
        var root = Root();
        var nameId = root.Element(Rs + "participant")!.Element(Rs + "nameID")!;

        Assert.Equal("2026-03-01T12:00:00.000Z", root.Element(Rs + "session")!.Element(Rs + "start-time")!.Value);
        Assert.Equal("2026-03-01T12:00:05.000Z",
            root.Elements(Rs + "participantsessionassoc").Last().Element(Rs + "associate-time")!.Value);
        Assert.Equal("sip:carl@example.com", nameId.Attribute("aor")!.Value);
        Assert.Equal("Carl <&> \uFFFD", nameId.Element(Rs + "name")!.Value);
    }

    /// <summary>RFC 7865 section 9: each participant has a nameID with an aor, known or not.</summary>
    [Fact]
    public void AParticipantWhoGivesNoAddressIsAnonymous()
    {
        var nameId = Assert.Single(Root().Elements(Rs + "participant").Last().Elements());

        Assert.Equal((Rs + "nameID", "sip:anonymous@anonymous.invalid"), (nameId.Name, nameId.Attribute("aor")!.Value));
        Assert.Empty(nameId.Elements());
    }

    /// <summary>RFC 7865 section 6.8: send and recv say who speaks and who hears whom, in this order.</summary>
    [Fact]
    public void WhoHearsAStreamIsItsReceiver()
    {
        var root = Root();
        var streams = Ids(root, "stream", "stream_id").ToList();
        var ties = root.Elements(Rs + "participantstreamassoc")
            .Select(one => string.Join(" ", one.Elements().Select(e => $"{e.Name.LocalName}:{streams.IndexOf(e.Value)}")));

        Assert.Equal(["send:0", "send:1 recv:0"], ties);
    }

    /// <summary>RFC 7865 section 6.10: Base64 of a UUID.</summary>
    [Fact]
    public void IdsAreUuidsInBase64()
    {
        var bytes = Convert.FromBase64String(SipRecMetadata.NewId(ulong.MaxValue, ulong.MaxValue));

        Assert.Equal(16, bytes.Length);
        Assert.Equal((0x40, 0x80), (bytes[6] & 0xF0, bytes[8] & 0xC0));
    }

    [Fact]
    public void TheBodyHasTheDescriptionAndTheMetadataAsARecordingSession()
    {
        var body = SipRecRequest.Body(Offer, Metadata, Boundary);
        var text = Encoding.UTF8.GetString(body);
        var type = MultipartBody.TypeOf(Boundary);

        Assert.StartsWith("--part-1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "\r\n--part-1\r\nContent-Type: application/rs-metadata+xml\r\n"
            + "Content-Disposition: recording-session\r\n\r\n",
            text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n--part-1--\r\n", text, StringComparison.Ordinal);
        Assert.Equal(Offer.ToBytes(), MultipartBody.Find(type, body, "application/sdp").ToArray());
        Assert.Equal(Metadata.ToBytes(), MultipartBody.Find(type, body, SipRecMetadata.ContentType).ToArray());
    }

    [Fact]
    public void AnyCutOfABodyIsReadWithoutHarm()
    {
        var body = SipRecRequest.Body(Offer, Metadata, Boundary);
        for (var length = 0; length < body.Length; length++)
        {
            var found = MultipartBody.Find(MultipartBody.TypeOf(Boundary), body.AsMemory(0, length), "text/none");
            Assert.True(found.IsEmpty);
        }

        Assert.True(MultipartBody.Find("multipart/mixed", body, "application/sdp").IsEmpty);
        Assert.True(MultipartBody.Find(null, body, "application/sdp").IsEmpty);
        Assert.Equal(body, MultipartBody.Find("Application/SDP;x=y", body, "application/sdp").ToArray());
    }

    [Fact]
    public void EachPartyHasASendonlyLineWithItsLabel()
    {
        Assert.Equal(SdpError.None, SessionDescription.TryParse(Offer.ToBytes(), out var read));

        Assert.Equal([20_000, 20_002, 0], read.Media.Select(line => line.Port));
        Assert.Equal(["1", "2", null], read.Media.Select(line => line.Attributes.ValueOf("label")));
        Assert.All(read.Media[..2], line => Assert.Equal(MediaDirection.SendOnly, read.DirectionOf(line)));
        Assert.Equal(["0", "8"], read.Media[0].Formats.AsEnumerable());
    }

    /// <summary>RFC 3264 section 6: numbers are the answerer's, port 0 refuses, and who does not receive gets
    /// nothing.</summary>
    [Fact]
    public void AnAnswerSaysForEachLineWhereItGoesAndAsWhat()
    {
        var sinks = SipRecSdp.Sinks(Offer, Parse(
            "m=audio 30000 RTP/AVP 8", "a=recvonly", "m=audio 30002 RTP/AVP 111", "c=IN IP4 198.51.100.3",
            "a=rtpmap:111 opus/48000/2", "a=recvonly", "m=audio 30004 RTP/AVP 0", "a=recvonly"));

        Assert.Equal(new IPEndPoint(IPAddress.Parse("198.51.100.2"), 30_000), sinks[0]!.Rtp);
        Assert.Equal([8], sinks[0]!.Codecs.Select(codec => codec.PayloadType));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("198.51.100.3"), 30_002), sinks[1]!.Rtp);
        Assert.Equal([111], sinks[1]!.Codecs.Select(codec => codec.PayloadType));
        Assert.Null(sinks[2]);
        Assert.All(
            SipRecSdp.Sinks(Offer, Parse("m=audio 0 RTP/AVP 0", "m=audio 30002 RTP/AVP 0", "a=inactive")), Assert.Null);
    }

    [Fact]
    public void ARecorderThatPausesIsAnsweredInactive()
    {
        var theirs = Parse(
            "m=audio 30000 RTP/AVP 0", "a=inactive", "m=audio 30002 RTP/AVP 96", "a=recvonly", "m=audio 0 RTP/AVP 0");

        var answer = SipRecSdp.Answer(Offer, theirs)!;

        Assert.Equal(MediaDirection.Inactive, answer.DirectionOf(answer.Media[0]));
        Assert.Equal(MediaDirection.SendOnly, answer.DirectionOf(answer.Media[1]));
        Assert.True(answer.Media[2].IsRefused);
        Assert.Null(SipRecSdp.Answer(Offer, Parse("m=audio 30000 RTP/AVP 0")));
    }

    /// <summary>RFC 7866 section 7.1.1.1: while paused a line is inactive, whatever the recorder would take.</summary>
    [Fact]
    public void APausedLineIsInactiveInOffersAndAnswers()
    {
        var paused = SipRecSdp.Describe(
            SdpOrigin.Create(7, "192.0.2.1"), "192.0.2.1",
            [new SipRecLine("1", 20_000, [AudioCodec.Pcmu]) { IsPaused = true }]);
        var answer = SipRecSdp.Answer(paused, Parse("m=audio 30000 RTP/AVP 0", "a=recvonly"))!;

        Assert.Equal(MediaDirection.Inactive, paused.DirectionOf(paused.Media[0]));
        Assert.Equal(MediaDirection.Inactive, answer.DirectionOf(answer.Media[0]));
    }

    /// <summary>RFC 4568 section 5.1: a key for each suite is offered; what is taken has one of them.</summary>
    [Fact]
    public void ALineIsEncryptedWithTheSuiteThatTheRecorderTakes()
    {
        var offer = Secured(isSecureOnly: true);
        Assert.Equal(["RTP/SAVP", "RTP/SAVP"], offer.Media.Select(line => line.Protocol));
        Assert.Equal(2, offer.Media[0].Crypto.Count());

        var answer = Parse(
            "m=audio 30000 RTP/SAVP 0", "a=recvonly", "a=crypto:" + Key(2, SdesSuite.All[1]).ToValue(),
            "m=audio 30002 RTP/AVP 0", "a=recvonly");
        var sinks = SipRecSdp.Sinks(offer, answer);

        Assert.Equal(SdesSuite.All[1], sinks[0]!.Crypto!.Local.Suite);
        Assert.True(sinks[0]!.Crypto!.Remote.HasKeyOf(Key(2, SdesSuite.All[1])));
        Assert.Null(sinks[1]);
        Assert.True(SipRecSdp.LacksKeys(offer, answer));
        Assert.False(SipRecSdp.LacksKeys(Secured(isSecureOnly: false), answer));
        Assert.Null(SipRecSdp.Sinks(Secured(isSecureOnly: false), answer)[1]!.Crypto);
    }

    /// <summary>RFC 4568 section 5.1.2: the tag is the offerer's, the key our own; without a suite that both have a
    /// secure line is refused.</summary>
    [Fact]
    public void AnOfferOfTheRecordersIsAnsweredWithOneKeyUnderItsTag()
    {
        var offer = Parse(
            "m=audio 30000 RTP/SAVP 0", "a=recvonly", "a=crypto:" + Key(7, SdesSuite.All[5]).ToValue(),
            "a=crypto:" + Key(8, SdesSuite.All[1]).ToValue(),
            "m=audio 30002 RTP/SAVP 0", "a=recvonly", "a=crypto:" + Key(1, SdesSuite.All[5]).ToValue());

        var answer = SipRecSdp.Answer(Secured(isSecureOnly: false), offer)!;

        Assert.Equal("RTP/SAVP", answer.Media[0].Protocol);
        Assert.Equal([Key(8, SdesSuite.All[1]).ToValue()], answer.Media[0].Crypto);
        Assert.True(answer.Media[1].IsRefused);
    }

    /// <summary>RFC 7866 section 9.2.</summary>
    [Theory]
    [InlineData("UPDATE", "application/rs-metadata", true)]
    [InlineData("UPDATE", "application/rs-metadata+xml", true)]
    [InlineData("UPDATE", "application/rs-metadata-request", true)]
    [InlineData("UPDATE", "application/sdp", false)]
    [InlineData("INVITE", "application/rs-metadata", false)]
    public void OnlyAnUpdateWithoutADescriptionAsksForASnapshot(string method, string type, bool isOne)
    {
        var request = new SipRequest(method, SipUri.Create("acd", "192.0.2.1")) { Body = "x"u8.ToArray() };
        request.Headers.Set(SipHeaderId.ContentType, type);

        Assert.Equal(isOne, SipRecRequest.IsForSnapshot(request));
    }

    private static CryptoAttribute Key(int tag, SdesSuite suite) =>
        new(tag, suite, Enumerable.Repeat((byte)5, suite.MasterBytes).ToArray());

    private static SessionDescription Secured(bool isSecureOnly) => SipRecSdp.Describe(
        SdpOrigin.Create(1, "192.0.2.1"), "192.0.2.1", Enumerable.Range(1, 2).Select(i =>
            new SipRecLine($"{i}", 20_000 + (2 * i), [AudioCodec.Pcmu])
            {
                Keys = [Key(1, SdesSuite.All[0]), Key(2, SdesSuite.All[1])], IsSecureOnly = isSecureOnly,
            }));

    private static XElement Root() => XElement.Parse(Encoding.UTF8.GetString(Metadata.ToBytes()));

    private static IEnumerable<string> Ids(XElement root, string element, string attribute) =>
        root.Elements(Rs + element).Select(one => one.Attribute(attribute)!.Value);

    private static SessionDescription Parse(params string[] lines)
    {
        var text = "v=0\r\no=- 1 1 IN IP4 198.51.100.2\r\ns=-\r\nc=IN IP4 198.51.100.2\r\nt=0 0\r\n"
            + string.Join("\r\n", lines) + "\r\n";
        Assert.Equal(SdpError.None, SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out var read));
        return read;
    }
}
