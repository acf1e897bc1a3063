using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3261 §22.2 and §22.3, RFC 7616 §3.3 to §3.5: a trunk may challenge any request of a call.</summary>
public sealed class AuthorizeRules
{
    private const string Allow = "Allow: INVITE, UPDATE, INFO\r\n";

    [Fact]
    public void AnInviteThatIsChallengedGoesAgainAndItsAckHasTheSameCredentials()
    {
        var lone = new Lone();
        var call = Dial(lone);

        Challenge(lone, 407, "one");
        var again = lone.LastRequest;
        lone.Reply(again, 200);

        Assert.Equal((2u, "one", "00000001"), (again.CSeq.Number, Field(again, "nonce"), Field(again, "nc")));
        Assert.Equal(SipMethods.Ack, lone.LastRequest.Method);
        var credentials = again.Headers.Get(SipHeaderId.ProxyAuthorization);
        Assert.Equal(credentials, lone.LastRequest.Headers.Get(SipHeaderId.ProxyAuthorization));
        Assert.Equal(SipCallState.Confirmed, call.State);
        Assert.Equal(0, lone.Count<SipEvent.Failed>());
        Assert.Equal(1, lone.Stack.Counters.Authorized);
    }

    public static TheoryData<string> EveryRequestOfADialog =>
        [SipMethods.Invite, SipMethods.Update, SipMethods.Bye, SipMethods.Info, SipMethods.Refer, SipMethods.Notify];

    /// <summary>Where the INVITE was not challenged, any later request may be.</summary>
    [Theory]
    [MemberData(nameof(EveryRequestOfADialog))]
    public void EveryRequestOfADialogIsSentAgainWhenItIsChallenged(string method)
    {
        var lone = new Lone();
        var call = Dial(lone);
        lone.Reply(lone.LastRequest, 200, extra: Allow);
        Send(lone, call, method);
        var first = lone.LastRequest;

        Challenge(lone, 401, "one");

        var again = lone.LastRequest;
        Assert.Equal((method, first.CSeq.Number + 1), (again.Method, again.CSeq.Number));
        Assert.Equal(first.Body.ToArray(), again.Body.ToArray());
        Assert.Equal("one", Field(again, "nonce", SipHeaderId.Authorization));
        lone.Reply(again, 200);
        Assert.Equal(0, lone.Count<SipEvent.ReofferFailed>());
        Assert.Equal(method == SipMethods.Bye ? 0 : 1, lone.Stack.CallCount);
    }

    /// <summary>§22.3: credentials that were accepted are sent at once, each use counted.</summary>
    [Theory]
    [MemberData(nameof(EveryRequestOfADialog))]
    public void CredentialsThatWereAcceptedAreUsedAtOnceWithTheNextCount(string method)
    {
        var lone = new Lone();
        var call = Dial(lone);
        Challenge(lone, 407, "one");
        lone.Reply(lone.LastRequest, 200, extra: Allow);

        Send(lone, call, method);

        Assert.Equal(("one", "00000002"), (Field(lone.LastRequest, "nonce"), Field(lone.LastRequest, "nc")));
    }

    /// <summary>RFC 7616 §3.3: stale means that the credentials were right and the nonce is too old. Not every server
    /// says so.</summary>
    [Theory]
    [InlineData(", stale=true")]
    [InlineData("")]
    public void ANonceThatHasAgedIsReplacedAndItsCountBeginsAnew(string stale)
    {
        var lone = new Lone();
        var call = Dial(lone);
        Challenge(lone, 407, "one");
        lone.Reply(lone.LastRequest, 200);
        Send(lone, call, SipMethods.Bye);

        Challenge(lone, 407, "two", stale);

        Assert.Equal(SipMethods.Bye, lone.LastRequest.Method);
        Assert.Equal(("two", "00000001"), (Field(lone.LastRequest, "nonce"), Field(lone.LastRequest, "nc")));
    }

    [Fact]
    public void CredentialsThatAreRefusedAreNotSentForEver()
    {
        var lone = new Lone();
        Dial(lone);

        Challenge(lone, 407, "one");
        Challenge(lone, 407, "two");

        Assert.Equal(407, lone.Only<SipEvent.Failed>().Code);
        Assert.Equal(2, lone.Requests(SipMethods.Invite));
        Assert.Equal(0, lone.Stack.CallCount);
    }

    /// <summary>A server that calls every nonce stale is followed so often and no further.</summary>
    [Fact]
    public void AServerThatAlwaysSaysStaleIsGivenUp()
    {
        var lone = new Lone();
        Dial(lone);
        for (var i = 0; i < 2 * SipStack.RetriesMax && lone.Count<SipEvent.Failed>() == 0; i++)
        {
            Challenge(lone, 407, $"n{i}", ", stale=true");
        }

        Assert.Equal(407, lone.Only<SipEvent.Failed>().Code);
        Assert.InRange(lone.Requests(SipMethods.Invite), 2, SipStack.RetriesMax + 1);
    }

    [Fact]
    public void AChallengeAfterACancelEndsTheCall()
    {
        var lone = new Lone();
        var call = Dial(lone);
        lone.Reply(lone.LastRequest, 180);
        var invite = lone.LastRequest;
        lone.Do(now => call.Cancel(now));

        Challenge(lone, 407, "one", request: invite);

        Assert.Equal(1, lone.Requests(SipMethods.Invite));
        Assert.Equal(1, lone.Count<SipEvent.Failed>());
    }

    [Fact]
    public void WithoutCredentialsAChallengeIsAFailure()
    {
        var lone = new Lone();
        lone.Outgoing();

        Challenge(lone, 401, "one");

        Assert.Equal(401, lone.Only<SipEvent.Failed>().Code);
    }

    private static SipCall Dial(Lone lone)
    {
        var options = new SipInviteOptions
        {
            Target = SipUri.Parse("sip:bob@192.0.2.1"), Body = "v=0"u8.ToArray(),
            Credentials = new DigestClient("centre", "secret", new SeededIdSource(5)),
        };
        SipCall? call = null;
        lone.Do(now => call = lone.Stack.Invite(options, now));
        return call!;
    }

    private static void Send(Lone lone, SipCall call, string method) => lone.Do(now => _ = method switch
    {
        SipMethods.Invite => call.Reinvite("v=1"u8.ToArray(), now),
        SipMethods.Update => call.Update("v=1"u8.ToArray(), now),
        SipMethods.Bye => call.Hangup(now),
        _ => call.SendRequest(method, now, body: "x"u8.ToArray(), contentType: "text/plain") is not null,
    });

    private static void Challenge(Lone lone, int code, string nonce, string more = "", SipRequest? request = null)
    {
        var name = code == 407 ? "Proxy-Authenticate" : "WWW-Authenticate";
        var sent = lone.Sent.Select(s => s.Message).OfType<SipRequest>().Last(r => r.Method != SipMethods.Ack);
        lone.Reply(
            request ?? sent, code,
            extra: $"{name}: Digest realm=\"trunk\", nonce=\"{nonce}\", qop=\"auth\", algorithm=MD5{more}");
    }

    private static string? Field(SipRequest request, string name, SipHeaderId header = SipHeaderId.ProxyAuthorization)
    {
        var text = request.Headers.Get(header) ?? "";
        var at = text.IndexOf(name + "=", StringComparison.Ordinal);
        return at < 0 ? null : text[(at + name.Length + 1)..].Split(',')[0].Trim('"');
    }
}
