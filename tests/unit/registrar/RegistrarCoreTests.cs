using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Registrar;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.Registrar;

/// <summary>RFC 3261 section 10.3, RFC 3327 and the parts of RFC 5626 that a registrar alone needs.</summary>
public sealed class RegistrarCoreTests
{
    private static readonly SipFlow Flow = new(SipTransport.Udp, IPEndPoint.Parse("192.0.2.5:5060"));
    private readonly RegistrarCore _core = new(new RegistrarOptions { ContactsPerRecord = 3, ContactsTotal = 5 });
    private Instant _now = Instant.FromMilliseconds(1000);
    private uint _cseq;

    private RegisterResult Send(
        string[] contacts, uint? expires = null, string callId = "c1", uint? cseq = null, string record = "alice",
        bool star = false, SipFlow? flow = null, params string[] path)
        => _core.Handle(
            new Register
            {
                Record = record, CallId = callId, CSeq = cseq ?? ++_cseq, Flow = flow ?? Flow, Expires = expires,
                    Star = star,
                Path = path, Contacts = [.. contacts.Select(Address)],
            },
            _now);

    private static NameAddr Address(string text)
    {
        Assert.True(NameAddr.TryParse(text, out var address));
        return address;
    }

    private string[] Reached(string record = "alice")
        => [.. _core.Lookup(record, _now).Select(b => b.Contact.Uri.ToString())];

    /// <summary>Step 8: "The response MUST contain Contact header field values enumerating all current
    /// bindings."</summary>
    [Fact]
    public void AnswersWithAllBindingsAndTheTimeTheyHaveLeft()
    {
        Send(["<sip:a@192.0.2.5>;expires=600"]);
        _now += TimeSpan.FromSeconds(100.5);

        var result = Send(["<sip:b@192.0.2.6>"], expires: 120);

        Assert.Equal(200, result.Status);
        Assert.Equal(
            [("sip:b@192.0.2.6", 120u), ("sip:a@192.0.2.5", 500u)],
            result.Contacts.Select(c => (c.Binding.Contact.Uri.ToString(), c.Expires)));
        Assert.IsType<BindingChange.Added>(Assert.Single(result.Changes));
    }

    /// <summary>Section 10.2.3: a REGISTER without Contact asks for the bindings and changes none.</summary>
    [Fact]
    public void AQueryChangesNothing()
    {
        Send(["<sip:a@192.0.2.5>"]);
        var result = Send([]);
        Assert.Equal((200, 1, 0), (result.Status, result.Contacts.Count, result.Changes.Count));
    }

    /// <summary>Step 7: the contact's expires, else the Expires header, else a default; cut to the maximum.</summary>
    [Theory]
    [InlineData("<sip:a@192.0.2.5>;expires=120", 300u, 120u)]
    [InlineData("<sip:a@192.0.2.5>", 300u, 300u)]
    [InlineData("<sip:a@192.0.2.5>", null, 3600u)]
    [InlineData("<sip:a@192.0.2.5>;expires=4294967295", null, 3600u)]
    [InlineData("<sip:a@192.0.2.5>;expires=soon", null, 3600u)]
    public void TimeIsTheContactsElseTheHeadersElseDefault(string contact, uint? header, uint granted)
        => Assert.Equal(granted, Assert.Single(Send([contact], header).Contacts).Expires);

    /// <summary>Step 7: "423 (Interval Too Brief) ... MUST contain a Min-Expires"; the whole request changes
    /// nothing.</summary>
    [Fact]
    public void TooShortAnIntervalIsRefused()
    {
        var result = Send(["<sip:a@192.0.2.5>;expires=600", "<sip:b@192.0.2.5>;expires=59"]);
        Assert.Equal((423, 60u), (result.Status, result.MinExpires));
        Assert.Empty(Reached());
    }

    [Fact]
    public void ExpiresZeroRemovesThatContact()
    {
        Send(["<sip:a@192.0.2.5>", "<sip:b@192.0.2.5>"]);
        var result = Send(["<sip:a@192.0.2.5>;expires=0"]);

        var removed = Assert.IsType<BindingChange.Removed>(Assert.Single(result.Changes));
        Assert.Equal(RemovalReason.Unregistered, removed.Reason);
        Assert.Equal(["sip:b@192.0.2.5"], Reached());
        Assert.Equal(200, Send(["<sip:unknown@192.0.2.5>;expires=0"]).Status);
    }

    /// <summary>Section 10.2.2 and step 6: "*" with Expires 0 and nothing else removes all; any other use is
    /// 400.</summary>
    [Fact]
    public void StarRemovesEverything_OrIsRefused()
    {
        Send(["<sip:a@192.0.2.5>", "<sip:b@192.0.2.5>"]);
        Assert.Equal(400, Send([], expires: 60, star: true).Status);
        Assert.Equal(400, Send([], expires: null, star: true).Status);
        Assert.Equal(400, Send(["<sip:a@192.0.2.5>"], expires: 0, star: true).Status);
        Assert.Equal(2, Reached().Length);

        var result = Send([], expires: 0, star: true);
        Assert.Equal((200, 2, 0), (result.Status, result.Changes.Count, _core.Count));
    }

    /// <summary>Step 7: same Call-ID and no higher CSeq: "the update MUST be aborted and the request fails".</summary>
    [Fact]
    public void AnOldRequestOfTheSameDialogueIsRefused_WholeAndWithoutEffect()
    {
        Send(["<sip:a@192.0.2.5>"], cseq: 10);

        Assert.Equal(500, Send(["<sip:new@192.0.2.5>", "<sip:a@192.0.2.5>;expires=0"], cseq: 10).Status);
        Assert.Equal(500, Send([], expires: 0, cseq: 9, star: true).Status);
        Assert.Equal(["sip:a@192.0.2.5"], Reached());
        Assert.Equal(200, Send(["<sip:a@192.0.2.5>"], cseq: 1, callId: "after-reboot").Status);
        Assert.Equal(200, Send(["<sip:a@192.0.2.5>"], cseq: 2, callId: "after-reboot").Status);
    }

    /// <summary>Contacts are compared as URIs (section 19.1.4), not as text.</summary>
    [Fact]
    public void TheSameUriWrittenOtherwiseRefreshes()
    {
        Send(["<sip:a@Example.COM;transport=udp>"]);
        var result = Send(["\"Alice\" <sip:%61@example.com;transport=UDP>;q=0.5"]);

        Assert.IsType<BindingChange.Refreshed>(Assert.Single(result.Changes));
        Assert.Equal(1, _core.Count);
    }

    [Fact]
    public void HigherQComesFirst_ThenTheLatest()
    {
        Send(["<sip:low@192.0.2.5>;q=0.1"]);
        Send(["<sip:high@192.0.2.5>;q=0.9"]);
        _now += TimeSpan.FromSeconds(1);
        Send(["<sip:late@192.0.2.5>;q=0.9"]);
        Assert.Equal(["sip:late@192.0.2.5", "sip:high@192.0.2.5", "sip:low@192.0.2.5"], Reached());
    }

    [Fact]
    public void ExpiresAtItsDeadlineAndNotBefore()
    {
        Send(["<sip:a@192.0.2.5>;expires=60"]);
        var due = _now + TimeSpan.FromSeconds(60);
        Assert.Equal(due, _core.NextDeadline);

        Assert.Empty(_core.HandleTimeout(due - TimeSpan.FromTicks(1)));
        var removed = Assert.IsType<BindingChange.Removed>(Assert.Single(_core.HandleTimeout(due)));
        Assert.Equal(RemovalReason.Expired, removed.Reason);
        Assert.Null(_core.NextDeadline);
    }

    [Fact]
    public void ARefreshMovesTheDeadline()
    {
        Send(["<sip:a@192.0.2.5>;expires=60"]);
        _now += TimeSpan.FromSeconds(50);
        Send(["<sip:a@192.0.2.5>;expires=60"]);
        Assert.Equal(_now + TimeSpan.FromSeconds(60), _core.NextDeadline);
        Assert.Empty(_core.HandleTimeout(_now + TimeSpan.FromSeconds(59)));
    }

    /// <summary>RFC 5626 section 6: a device that comes back at another address replaces itself.</summary>
    [Fact]
    public void TheSameInstanceReplacesItsOldContact()
    {
        Send(["<sip:a@192.0.2.5:1111>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"]);
        var result = Send(["<sip:a@192.0.2.5:2222>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"], callId: "c2");
        Send(["<sip:a@192.0.2.5:3333>;+sip.instance=\"<urn:uuid:1>\";reg-id=2"], callId: "c3");

        var removed = Assert.IsType<BindingChange.Removed>(result.Changes[0]);
        Assert.Equal(RemovalReason.Replaced, removed.Reason);
        Assert.Equal(2, Reached().Length);
        Assert.DoesNotContain("sip:a@192.0.2.5:1111", Reached());
    }

    /// <summary>A phone behind NAT is reached where its REGISTER came from; one that tells the truth, by its
    /// contact.</summary>
    [Theory]
    [InlineData("<sip:a@10.0.0.7:5060>", "192.0.2.5:41234", "192.0.2.5:41234")]
    [InlineData("<sip:a@192.0.2.5>", "192.0.2.5:41234", "192.0.2.5:41234")]
    [InlineData("<sip:a@phone.local>", "192.0.2.5:5060", "192.0.2.5:5060")]
    [InlineData("<sip:a@192.0.2.5>", "192.0.2.5:5060", null)]
    [InlineData("<sip:a@192.0.2.5:41234>", "192.0.2.5:41234", null)]
    [InlineData("<sip:a@[2001:db8::5]:6000>", "[2001:db8::5]:6000", null)]
    public void ReachesTheContactBySourceWhenTheyDiffer(string contact, string source, string? sendTo)
    {
        Send([contact], flow: new SipFlow(SipTransport.Udp, IPEndPoint.Parse(source)));
        Assert.Equal(sendTo, _core.Lookup("alice", _now)[0].SendTo?.ToString());
    }

    /// <summary>RFC 3327 section 5.3: the path is stored with the binding, in its order; the first hop is the
    /// way.</summary>
    [Fact]
    public void PathIsKeptWithTheContact()
    {
        Send(["<sip:a@10.0.0.7>"], path: ["<sip:p1.test;lr>", "<sip:p2.test;lr>"]);
        var binding = _core.Lookup("alice", _now)[0];
        Assert.Equal(["<sip:p1.test;lr>", "<sip:p2.test;lr>"], binding.Path);
        Assert.Null(binding.SendTo);
    }

    [Fact]
    public void OneTooManyDisplacesTheOneRefreshedLongestAgo()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            Send([$"<sip:{name}@192.0.2.5>"]);
            _now += TimeSpan.FromSeconds(1);
        }

        Send(["<sip:a@192.0.2.5>"]);
        var result = Send(["<sip:d@192.0.2.5>"]);

        var removed = Assert.IsType<BindingChange.Removed>(result.Changes[^1]);
        Assert.Equal((RemovalReason.Displaced, "sip:b@192.0.2.5"),
            (removed.Reason, removed.Binding.Contact.Uri.ToString()));
        Assert.Equal(403, Send([.. Enumerable.Range(0, 4).Select(i => $"<sip:x{i}@192.0.2.5>")]).Status);
    }

    [Fact]
    public void TheTotalIsBounded_AndRefreshesStillPass()
    {
        Send(["<sip:1@192.0.2.5>", "<sip:2@192.0.2.5>", "<sip:3@192.0.2.5>"]);
        Send(["<sip:4@192.0.2.5>", "<sip:5@192.0.2.5>"], record: "bob");

        var full = Send(["<sip:6@192.0.2.5>"], record: "carol");
        Assert.Equal((503, 5), (full.Status, _core.Count));
        Assert.NotNull(full.RetryAfter);
        Assert.Equal(200, Send(["<sip:1@192.0.2.5>"]).Status);
    }

    [Fact]
    public void TheSameContactTwiceInOneRequestIsRefused()
        => Assert.Equal(400, Send(["<sip:a@192.0.2.5>", "<sip:a@192.0.2.5>;expires=0"]).Status);
}
