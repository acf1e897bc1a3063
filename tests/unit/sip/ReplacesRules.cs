using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;
using OrleansAcd.Sip.Transfer;
using Xunit;

namespace OrleansAcd.Tests.Unit.Sip;

/// <summary>RFC 3891: an INVITE takes the place of another dialog.</summary>
public sealed class ReplacesRules
{
    [Fact]
    public void AnInviteWithReplacesNamesTheCallThatItWantsToReplace()
    {
        var lone = new Lone();
        var call = lone.Up();

        Invite(lone, $"c1;to-tag={call.LocalTag};from-tag=a");

        Assert.Same(call, Last(lone).Replaced);
        Assert.NotSame(call, Last(lone).Call);
        Assert.Equal(SipCallState.Confirmed, call.State);
    }

    [Fact]
    public void AnInviteWithoutReplacesReplacesNothing()
    {
        var lone = new Lone();
        lone.Incoming();

        Assert.Null(Last(lone).Replaced);
    }

    /// <summary>§3: an early dialog that we began can be replaced: pick-up.</summary>
    [Fact]
    public void ACallOfOursThatRingsCanBeReplaced()
    {
        var lone = new Lone();
        var call = lone.Outgoing();
        lone.Reply(lone.LastRequest, 180);

        Invite(lone, $"{call.CallId};early-only;to-tag={call.LocalTag};from-tag=peer");

        Assert.Same(call, Last(lone).Replaced);
    }

    /// <summary>§3: "If the Replaces header field matches an early dialog that was not initiated by this UA, it
    /// returns a 481".</summary>
    [Fact]
    public void ACallThatRingsHereCannotBeReplaced()
    {
        var lone = new Lone();
        var call = lone.Incoming();

        Invite(lone, $"c1;to-tag={call.LocalTag};from-tag=a");

        Assert.Equal(481, lone.LastResponse.StatusCode);
    }

    [Fact]
    public void EarlyOnlyIsRefusedForACallThatIsUp()
    {
        var lone = new Lone();
        var call = lone.Up();

        Invite(lone, $"c1;to-tag={call.LocalTag};from-tag=a;early-only");

        Assert.Equal((486, SipCallState.Confirmed), (lone.LastResponse.StatusCode, call.State));
    }

    [Fact]
    public void ACallThatIsEndingIsDeclined()
    {
        var lone = new Lone();
        var call = lone.Up();
        lone.Do(now => call.Hangup(now));

        Invite(lone, $"c1;to-tag={call.LocalTag};from-tag=a");

        Assert.Equal(603, lone.LastResponse.StatusCode);
    }

    [Theory]
    [InlineData("c1;to-tag=TAG;from-tag=other", 481)]
    [InlineData("c1;to-tag=other;from-tag=a", 481)]
    [InlineData("c2;to-tag=TAG;from-tag=a", 481)]
    [InlineData("c1;to-tag=a;from-tag=TAG", 481)]
    [InlineData("c1", 400)]
    [InlineData("c1;to-tag=TAG", 400)]
    [InlineData("c1;to-tag=TAG;from-tag=a;from-tag=a", 400)]
    [InlineData("c 1;to-tag=TAG;from-tag=a", 400)]
    [InlineData(";to-tag=TAG;from-tag=a", 400)]
    [InlineData("c1;to-tag=TAG;from-tag=a\r\nReplaces: c1;to-tag=TAG;from-tag=a", 400)]
    [InlineData("c1;to-tag=TAG;from-tag=a\r\nJoin: c1;to-tag=TAG;from-tag=a", 400)]
    public void WhatNamesNoDialogOrTwoIsRefused(string replaces, int code)
    {
        var lone = new Lone();
        var call = lone.Up();
        var before = lone.Events.Count;

        Invite(lone, replaces.Replace("TAG", call.LocalTag, StringComparison.Ordinal));

        Assert.Equal((code, before), (lone.LastResponse.StatusCode, lone.Events.Count));
        Assert.Equal((SipCallState.Confirmed, 1L), (call.State, lone.Stack.Counters.ReplacesRefused));
    }

    /// <summary>§3: "present in a request other than INVITE, the UAS MUST reject the request with a 400".</summary>
    [Fact]
    public void ReplacesBelongsIntoAnInvite()
    {
        var lone = new Lone();
        var call = lone.Up();
        var replaces = $"Replaces: c1;to-tag={call.LocalTag};from-tag=a\r\n";

        lone.Receive(Sample.Request(SipMethods.Options, extra: replaces, callId: "c2"));
        Assert.Equal(400, lone.LastResponse.StatusCode);

        lone.Receive(lone.InDialog(call, SipMethods.Bye, 2, replaces));
        Assert.Equal((400, SipCallState.Confirmed), (lone.LastResponse.StatusCode, call.State));
    }

    [Fact]
    public void ReplacesIsAdvertised()
    {
        var lone = new Lone();
        lone.Outgoing();

        Assert.True(lone.LastRequest.Headers.HasToken(SipHeaderId.Supported, "replaces"));
        Assert.True(lone.LastRequest.Headers.HasToken(SipHeaderId.Supported, "norefersub"));
        Assert.True(lone.LastRequest.Headers.HasToken(SipHeaderId.Allow, SipMethods.Refer));
    }

    [Fact]
    public void AReplacesIsReadAsItIsWrittenAndFitsIntoAUri()
    {
        var replaces = new Replaces("12;x@a".Replace(";", "", StringComparison.Ordinal), "t1", "f1", IsEarlyOnly: true);

        Assert.True(Replaces.TryParse(replaces.ToString(), out var again));
        var uri = SipUriHeaders.With(SipUri.Parse("sip:a@b"), "Replaces", replaces.ToString());
        Assert.True(SipUriHeaders.TryRead(uri, out var headers));

        Assert.Equal(replaces, again);
        Assert.Equal(replaces.ToString(), headers.Single().Value);
    }

    private static void Invite(Lone lone, string replaces) => lone.Receive(Sample.Request(
        SipMethods.Invite, "z9hG4bKnew", $"Contact: <sip:carl@192.0.2.1>\r\nReplaces: {replaces}\r\n",
        callId: "new", fromTag: "n"));

    private static SipEvent.IncomingCall Last(Lone lone) => lone.Events.OfType<SipEvent.IncomingCall>().Last();
}
