using System.Net;
using System.Text;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Registrar;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.Registrar;

/// <summary>REGISTER requests as they come from the wire, and the responses to them.</summary>
public sealed class RegistrarServiceTests
{
    private static readonly SipFlow Flow = new(SipTransport.Udp, IPEndPoint.Parse("192.0.2.5:5060"));
    private readonly RegistrarService _service = new(
        new RegistrarCore(new RegistrarOptions()),
        new DigestAuthenticator(new DigestServerOptions("acd.test"), new Accounts(), "0123456789abcdef"u8,
            new SeededIdSource(1)),
        ["acd.test"]);
    private readonly DigestClient _phone = new("alice", "secret", new SeededIdSource(3));
    private Instant _now = Instant.FromMilliseconds(1);
    private int _cseq;

    private RegistrarReply Send(string headers, string to = "sip:alice@acd.test", DigestClient? phone = null)
    {
        var first = Exchange(headers, to, null);
        if (first.Status != 401) return first;

        var challenges = Headers(first, SipHeaderId.WwwAuthenticate);
        phone ??= _phone;
        Assert.True(phone.TryAnswer(challenges, "REGISTER", "sip:acd.test", [], out var credentials));
        var second = Exchange(headers, to, credentials);
        phone.Succeeded();
        return second;
    }

    private RegistrarReply Exchange(string headers, string to, string? credentials)
    {
        var text = "REGISTER sip:acd.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bK1\r\nMax-Forwards: " +
            "70\r\n" +
            $"From: <{to}>;tag=1\r\nTo: <{to}>\r\nCall-ID: call-1\r\nCSeq: {++_cseq} REGISTER\r\n{headers}" +
            (credentials is null ? "" : $"Authorization: {credentials}\r\n") + "Content-Length: 0\r\n\r\n";
        Assert.True(SipParser.TryParse(Encoding.UTF8.GetBytes(text), out var message, out _));
        return _service.Handle(Assert.IsType<SipRequest>(message), Flow, _now);
    }

    private static string? Header(RegistrarReply reply, SipHeaderId id) => Headers(reply, id).FirstOrDefault();

    private static IEnumerable<string> Headers(RegistrarReply reply, SipHeaderId id)
        => reply.Headers.Where(h => h.Id == id).Select(h => h.Value);

    [Fact]
    public void ChallengesThenRegisters_AndListsTheContact()
    {
        var response = Send("Contact: \"A\" <sip:alice@192.0.2.5>;q=0.7\r\nExpires: 300\r\n");

        Assert.Equal(200, response.Status);
        Assert.Equal("\"A\" <sip:alice@192.0.2.5>;q=0.7;expires=300", Header(response, SipHeaderId.Contact));
        Assert.Single(_service.Core.Lookup("alice", _now));
    }

    /// <summary>RFC 3261 section 10.3 step 5: not one of our addresses-of-record.</summary>
    [Theory]
    [InlineData("sip:alice@elsewhere.test")]
    [InlineData("sip:acd.test")]
    [InlineData("tel:+15550100")]
    public void AnotherDomainIsNotFound(string to) => Assert.Equal(404, Send("", to).Status);

    /// <summary>Step 4: the authenticated user may change his own bindings, nobody else's.</summary>
    [Fact]
    public void NobodyRegistersForAnother()
        => Assert.Equal(403, Send("Contact: <sip:x@192.0.2.5>\r\n", "sip:bob@acd.test").Status);

    [Fact]
    public void WrongPasswordsEndInARefusalThatSaysForHowLong()
    {
        RegistrarReply response;
        var tries = 0;
        do
        {
            response = Send("Contact: <sip:alice@192.0.2.5>\r\n",
                phone: new DigestClient("alice", "no", new SeededIdSource(5)));
        }
        while (response.Status == 401 && ++tries < 10);

        Assert.Equal(403, response.Status);
        Assert.Equal("10", Header(response, SipHeaderId.RetryAfter));
        Assert.Empty(_service.Core.Lookup("alice", _now));
    }

    [Fact]
    public void TooBriefSaysHowLongItMustBe()
    {
        var response = Send("Contact: <sip:alice@192.0.2.5>;expires=5\r\n");
        Assert.Equal((423, "60"), (response.Status, Header(response, SipHeaderId.MinExpires)));
    }

    [Fact]
    public void StarUnregisters()
    {
        Send("Contact: <sip:alice@192.0.2.5>\r\n");
        var response = Send("Contact: *\r\nExpires: 0\r\n");
        Assert.Equal(200, response.Status);
        Assert.Empty(_service.Core.Lookup("alice", _now));
        Assert.Equal(400, Send("Contact: *\r\nContact: <sip:alice@192.0.2.5>\r\nExpires: 0\r\n").Status);
    }

    /// <summary>RFC 3327 section 5.3: "MUST ... copy the Path" for a phone that supports it.</summary>
    [Fact]
    public void PathIsEchoedToThoseWhoKnowIt()
    {
        const string Path = "Contact: <sip:alice@10.0.0.1>\r\nPath: <sip:p1.test;lr>,<sip:p2.test;lr>\r\n";
        var known = Send(Path + "Supported: path\r\n");
        Assert.Equal(["<sip:p1.test;lr>", "<sip:p2.test;lr>"], Headers(known, SipHeaderId.Path));
        Assert.Empty(Headers(Send(Path), SipHeaderId.Path));
        Assert.Equal(2, _service.Core.Lookup("alice", _now)[0].Path.Count);
    }

    private sealed class Accounts : IDigestAccounts
    {
        public DigestAccount? Find(string user, string realm)
            => user is "alice" ? DigestAccount.FromPassword("alice", "acd.test", "secret") : null;
    }
}
