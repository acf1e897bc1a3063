using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Transfer;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

using SipHeader = OrleansAcd.Contracts.Media.SipHeader;

/// <summary>Transfers as phones ask for them and as the Call grain commands them: REFER, Replaces, 302, talk.</summary>
public sealed class TransferTests
{
    private static readonly LegId Agent = new(2);

    [Fact]
    public async Task AReferIsAcceptedAtOnceAndToldWithItsProgress()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        var call = (await rig.Up(phone)).Call;

        phone.Send(SipMethods.Refer, 2, extra: "Refer-To: <sip:sales@x>\r\nReferred-By: <sip:carl@x>\r\n");

        Assert.Equal(202, (await phone.Final(SipMethods.Refer, 2)).StatusCode);
        await AnswerNotify(phone, 100, "active;");
        var referred = await rig.Next<LegReferred>();
        Assert.Equal((LegId.Caller, "sales", "sip:carl@x", true),
            (referred.Leg, referred.Target, referred.ReferredBy, referred.WantsProgress));
        Assert.Null(referred.ReplacesCall);

        await rig.Command(n => new ReferProgress(call, 1, n, LegId.Caller, 180));
        await AnswerNotify(phone, 180, "active;");
        await rig.Command(n => new ReferProgress(call, 1, n, LegId.Caller, 200));
        await AnswerNotify(phone, 200, "terminated;");
        Assert.Equal(1, await rig.Calls());
    }

    /// <summary>RFC 5589 section 7: attended transfer; the phone names its other dialog with us.</summary>
    [Fact]
    public async Task AReferWithReplacesNamesTheOtherCallAndLeg()
    {
        await using var rig = await NodeRig.Start();
        using var first = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        await rig.Up(first);
        var consult = (await rig.Up(second)).Call;

        first.Send(SipMethods.Refer, 2, extra: $"Refer-To: <sip:x@y?Replaces={Escaped(second)}>\r\n");

        var referred = await rig.Next<LegReferred>();
        Assert.Equal((consult, LegId.Caller), (referred.ReplacesCall, referred.ReplacesLeg));
    }

    /// <summary>RFC 3515 §2.4.5: accepted, and the NOTIFY says that there is no such dialog.</summary>
    [Theory]
    [InlineData("", 202)]
    [InlineData("Refer-Sub: false\r\n", 404)]
    public async Task AReferWithAnUnknownDialogFails(string extra, int code)
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        await rig.Up(phone);

        phone.Send(SipMethods.Refer, 2, extra: extra
            + "Refer-To: <sip:x@y?Replaces=gone%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n");

        Assert.Equal(code, (await phone.Final(SipMethods.Refer, 2)).StatusCode);
        if (code == 202)
        {
            await AnswerNotify(phone, 100, "active;");
            await AnswerNotify(phone, 481, "terminated;");
        }

        Assert.Equal((1L, 1), ((await rig.Counters()).ReferralsUnknown, await rig.Calls()));
    }

    /// <summary>RFC 3891 §3: what is for a call that rings is not for one that is up; and the dialog that carries the
    /// REFER is not its own target.</summary>
    [Theory]
    [InlineData(true, 486)]
    [InlineData(false, 481)]
    public async Task AReferWithADialogThatCannotBeReplacedFails(bool isEarlyOnly, int code)
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        using var second = new WirePhone(rig.Node.Sip);
        await rig.Up(phone);
        await rig.Up(second);
        var named = isEarlyOnly ? Escaped(second) + "%3Bearly-only" : Escaped(phone);

        phone.Send(SipMethods.Refer, 2, extra: $"Refer-To: <sip:x@y?Replaces={named}>\r\n");

        Assert.Equal(202, (await phone.Final(SipMethods.Refer, 2)).StatusCode);
        await AnswerNotify(phone, 100, "active;");
        await AnswerNotify(phone, code, "terminated;");
        Assert.Equal((1L, 2), ((await rig.Counters()).ReferralsUnknown, await rig.Calls()));
    }

    [Fact]
    public async Task ASecondReferWhileOneIsOpenIsRefused()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        await rig.Up(phone);
        phone.Send(SipMethods.Refer, 2, extra: "Refer-To: <sip:sales@x>\r\n");
        await rig.Next<LegReferred>();

        phone.Send(SipMethods.Refer, 3, extra: "Refer-To: <sip:sales@x>\r\n");

        Assert.Equal(491, (await phone.Final(SipMethods.Refer, 3)).StatusCode);
    }

    [Fact]
    public async Task AnInviteWithReplacesOfARegisteredPhoneBecomesALegOfThatCall()
    {
        await using var rig = await NodeRig.Start(agents: "carl");
        using var phone = new WirePhone(rig.Node.Sip);
        using var other = new WirePhone(rig.Node.Sip);
        var call = (await rig.Up(phone)).Call;
        var replacing = await CarlReplaces(rig, other, DialogOf(phone));
        await rig.Command(n => new Answer(call, 1, n, replacing.Leg));
        other.ToTag = (await other.Final(SipMethods.Invite, 3)).ToTag;
        other.Send(SipMethods.Ack, 3);
        var answered = await rig.Next<LegAnswered>();

        Assert.Equal((call, LegId.FirstByNode, LegId.Caller), (replacing.Call, replacing.Leg, replacing.Replaced));
        Assert.Equal(new AgentId("carl"), replacing.Account);
        Assert.Equal((call, LegId.FirstByNode), (answered.Call, answered.Leg));
        Assert.Equal(1, await rig.Calls());

        await rig.Command(n => new Hangup(call, 1, n, LegId.Caller, 200));
        phone.Respond(await phone.Request(SipMethods.Bye), 200);
        Assert.Equal(1, await rig.Calls());
    }

    [Fact]
    public async Task AnInviteWithReplacesMayBeRejected()
    {
        await using var rig = await NodeRig.Start(agents: "carl");
        using var phone = new WirePhone(rig.Node.Sip);
        using var other = new WirePhone(rig.Node.Sip);
        var call = (await rig.Up(phone)).Call;
        var replacing = await CarlReplaces(rig, other, DialogOf(phone));

        await rig.Command(n => new Reject(call, 1, n, replacing.Leg, 603, null));

        Assert.Equal(603, (await other.Final(SipMethods.Invite, 3)).StatusCode);
        Assert.Equal((1, 1L), (await rig.Calls(), (await rig.Counters()).ReplacementsForbidden));
    }

    /// <summary>RFC 3891 §3 lets an early dialog that we began be replaced; whether it is, the call decides. Refused,
    /// the phone rings on.</summary>
    [Fact]
    public async Task APickUpOfARingingPhoneIsTheCallsToRefuse()
    {
        await using var rig = await NodeRig.Start(agents: "carl");
        using var caller = new WirePhone(rig.Node.Sip);
        using var ringing = new WirePhone(rig.Node.Sip);
        using var other = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await rig.Dial(call, Agent, [ringing.Contact(rig.Node.Node)]);
        var invite = await ringing.Request(SipMethods.Invite);
        ringing.Respond(invite, 180);
        await rig.Next<LegProgress>();

        var dialog = new Replaces(invite.CallId, invite.FromTag, "wire", IsEarlyOnly: true);
        var replacing = await CarlReplaces(rig, other, dialog.ToString());
        await rig.Command(n => new Reject(call, 1, n, replacing.Leg, 403, null));

        Assert.Equal((Agent, 403), (replacing.Replaced, (await other.Final(SipMethods.Invite, 3)).StatusCode));
        Assert.Equal(1, (await rig.Counters()).ReplacementsForbidden);
        ringing.Respond(invite, 200, ringing.Sdp("0"));
        Assert.Equal(Agent, (await rig.Next<LegAnswered>()).Leg);
    }

    /// <summary>RFC 3891 §5: a stranger takes nobody's place.</summary>
    [Fact]
    public async Task AnInviteWithReplacesOfAStrangerIsForbidden()
    {
        await using var rig = await NodeRig.Start(agents: "carl");
        using var phone = new WirePhone(rig.Node.Sip);
        using var other = new WirePhone(rig.Node.Sip);
        await rig.Up(phone);

        other.Send(SipMethods.Invite, 1, other.Sdp(), $"Replaces: {DialogOf(phone)}\r\n");

        Assert.Equal(403, (await other.Final(SipMethods.Invite, 1)).StatusCode);
        Assert.Equal((1, 1L), (await rig.Calls(), (await rig.Counters()).ReplacementsForbidden));
    }

    [Fact]
    public async Task ACallThroughATrunkIsFromThatTrunkAndMayReplace()
    {
        await using var rig = await NodeRig.Start(agents: "carl");
        using var phone = new WirePhone(rig.Node.Sip);
        using var other = new WirePhone(rig.Node.Sip);
        await rig.Settle([Trunk("sip:127.0.0.1:9", null)]);
        phone.Send(SipMethods.Invite, 1, phone.Sdp());
        var offered = await rig.Next<LegOffered>();
        await rig.Answer(phone, offered.Call, 1);

        other.Send(SipMethods.Invite, 1, other.Sdp(), $"Replaces: {DialogOf(phone)}\r\n");

        var replacing = await rig.Next<LegReplacing>();
        Assert.Equal(("provider", "provider"), (offered.Trunk, replacing.Trunk));
        Assert.Null(replacing.Account);
    }

    [Fact]
    public async Task AnOfferedLegIsRedirected()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(phone);

        await rig.Command(n => new Redirect(
            call, 1, n, LegId.Caller, ["sip:a@192.0.2.1", "bad contact", "\"B\" <sip:b@acd.invalid>;q=0.5"]));

        var moved = await phone.Final(SipMethods.Invite, 1);
        Assert.Equal(302, moved.StatusCode);
        Assert.Equal(["sip:a@192.0.2.1", $"sip:b@{rig.Node.Sip}"], moved.Contacts.Select(c => c.Uri.ToString()));
        Assert.Equal(500, moved.Contacts[1].QThousandths);
        Assert.Equal(0, await rig.Calls());
    }

    [Fact]
    public async Task ARedirectionWithoutAUsableContactIsARefusal()
    {
        await using var rig = await NodeRig.Start();
        using var phone = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(phone);

        await rig.Command(n => new Redirect(call, 1, n, LegId.Caller, ["\r\nX: y"]));

        Assert.Equal(480, (await phone.Final(SipMethods.Invite, 1)).StatusCode);
    }

    /// <summary>The command may come before the phone has said anything: it is asked as soon as it has.</summary>
    [Fact]
    public async Task APhoneIsAskedToAnswerOnceItRings()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var agent = new WirePhone(rig.Node.Sip);
        var call = await rig.Offered(caller);
        await rig.Dial(call, Agent, [agent.Contact(rig.Node.Node)]);
        var invite = await agent.Request(SipMethods.Invite);

        await rig.Command(n => new AskToAnswer(call, 1, n, Agent));
        agent.Respond(invite, 180);

        var asked = await agent.Request(SipMethods.Notify);
        Assert.Equal("talk", asked.Headers.Get(SipHeaderId.Event));
        agent.Respond(asked, 200);
        agent.Respond(invite, 200, agent.Sdp("0"));
        Assert.Equal(Agent, (await rig.Next<LegAnswered>()).Leg);
    }

    [Fact]
    public async Task ALegThroughATrunkGoesToItsAddressAndAnswersItsChallenge()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var trunk = new WirePhone(rig.Node.Sip);
        await rig.Settle([Trunk($"sip:{trunk.Local}", NodeRig.Account("ourselves"))]);
        var call = await rig.Offered(caller);

        await rig.Command(n => new Dial(
            call, 1, n, Agent, [Number("sip:+15550123@nowhere.invalid")], new PartyIdentity("", "sip:s@x"),
            [new SipHeader("Referred-By", "<sip:carl@x>")], TimeSpan.FromSeconds(5)) { Trunk = "provider" });
        var first = await trunk.Request(SipMethods.Invite);
        trunk.Respond(first, 407,
            extra: "Proxy-Authenticate: Digest realm=\"acd\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\r\n");
        await trunk.Request(SipMethods.Ack);
        var second = await trunk.Request(SipMethods.Invite);
        trunk.Respond(second, 200, trunk.Sdp("0"));

        Assert.Equal($"sip:+15550123@{trunk.Local}", first.RequestUri.ToString());
        Assert.Equal("<sip:carl@x>", first.Headers.Get(SipHeaderId.ReferredBy));
        Assert.Contains("username=\"ourselves\"", second.Headers.Get(SipHeaderId.ProxyAuthorization)!,
            StringComparison.Ordinal);
        Assert.Equal(Agent, (await rig.Next<LegAnswered>()).Leg);
    }

    [Fact]
    public async Task ATrunkIsReachedByTheNameOfItsHost()
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var trunk = new WirePhone(rig.Node.Sip);
        await rig.Settle([Trunk($"sip:localhost:{trunk.Local.Port}", null)]);
        var call = await rig.Offered(caller);
        await rig.Located();

        await DialOut(rig, call, "provider");

        var invite = await trunk.Request(SipMethods.Invite);
        Assert.Equal($"sip:1@localhost:{trunk.Local.Port}", invite.RequestUri.ToString());
    }

    [Theory]
    [InlineData("provider", "sip:127.0.0.1:9", 403)]
    [InlineData("other", "sip:127.0.0.1:9", 503)]
    public async Task ATrunkThatRefusesOrIsUnknownFailsTheLeg(string id, string uri, int code)
    {
        await using var rig = await NodeRig.Start();
        using var caller = new WirePhone(rig.Node.Sip);
        using var trunk = new WirePhone(rig.Node.Sip);
        await rig.Settle([Trunk(code == 403 ? $"sip:{trunk.Local}" : uri, null)]);
        var call = await rig.Offered(caller);

        await DialOut(rig, call, id);
        if (code == 403) trunk.Respond(await trunk.Request(SipMethods.Invite), 403);

        var failed = await rig.Next<LegFailed>();
        Assert.Equal((Agent, code), (failed.Leg, failed.SipCode));
    }

    [Fact]
    public async Task TheContactsOfARemovedAccountAreGoneAtOnce()
    {
        await using var rig = await NodeRig.Start(agents: ["carl", "dora"]);
        using var phone = new WirePhone(rig.Node.Sip);
        await phone.Register("carl", 1, $"Contact: <sip:carl@{phone.Local}>\r\n");
        await rig.NextPhone(changed => changed.Contacts.Length == 1);

        await rig.Settle([], "dora");

        var gone = await rig.NextPhone(changed => changed.Contacts.Length == 0);
        Assert.Equal(new AgentId("carl"), gone.Agent);
    }

    private static TrunkSettings Trunk(string uri, SipAccount? account) =>
        new("provider", uri, ["127.0.0.1"], null, EncryptionPolicy.Forbid, account);

    private static PhoneContact Number(string uri) => new(
        uri, ImmutableArray<string>.Empty, "udp", "", new NodeId("any"), DateTimeOffset.MaxValue);

    /// <summary>The registered phone of carl asks, in an INVITE with CSeq 3, for the place of another.</summary>
    private static async Task<LegReplacing> CarlReplaces(NodeRig rig, WirePhone other, string dialog)
    {
        await other.Register("carl", 1, $"Contact: <sip:carl@{other.Local}>\r\n");
        other.ToTag = "";
        other.Send(SipMethods.Invite, 3, other.Sdp(), $"Replaces: {dialog}\r\n");
        return await rig.Next<LegReplacing>();
    }

    /// <summary>Calls a number through a trunk, for the agent's place.</summary>
    private static Task DialOut(NodeRig rig, CallId call, string trunk) => rig.Command(n => new Dial(
        call, 1, n, Agent, [Number("sip:1@x")], new PartyIdentity("", "sip:s@x"), [], TimeSpan.FromSeconds(5))
    {
        Trunk = trunk,
    });

    /// <summary>As the node sees it: its own tag is the to-tag.</summary>
    private static string DialogOf(WirePhone phone) =>
        new Replaces(phone.CallId, phone.ToTag, WirePhone.OwnTag).ToString();

    private static string Escaped(WirePhone phone) => Uri.EscapeDataString(DialogOf(phone));

    private static async Task AnswerNotify(WirePhone phone, int code, string state)
    {
        var notify = await phone.Request(SipMethods.Notify);
        phone.Respond(notify, 200);
        Assert.True(SipFrag.TryReadStatus(notify.Body.Span, out var told));
        Assert.Equal(code, told);
        Assert.StartsWith(state, notify.Headers.Get(SipHeaderId.SubscriptionState), StringComparison.Ordinal);
    }
}
