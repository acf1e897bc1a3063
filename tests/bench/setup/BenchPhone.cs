using System.Net;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Bench;

/// <summary>An agent's phone: registers, with the password when asked for it.</summary>
internal sealed class BenchPhone(string user, string password, IPEndPoint server, IIdSource ids)
{
    private readonly DigestClient _digest = new(user, password, ids);

    public void Register(SipStack stack, string contact, Instant now) => stack.Send(
        SipMethods.Register,
        new SipInviteOptions
        {
            Target = SipUri.Create(null, server.Address.ToString(), server.Port),
            From = NameAddr.Create(null, SipUri.Create(user, server.Address.ToString(), server.Port)),
            To = NameAddr.Create(null, SipUri.Create(user, server.Address.ToString(), server.Port)),
            Headers = [SipHeader.Of("Contact", contact), SipHeader.Of("Expires", "600")],
            Tag = this,
        },
        now);

    /// <summary>True: registered. False: asked for the password, and gave it.</summary>
    public bool OnResponse(SipStack stack, SipEvent.RequestAnswered e, Instant now)
    {
        if (e.Response.IsSuccess) return true;

        var challenges = e.Response.Headers.All(SipHeaderId.WwwAuthenticate);
        var uri = e.Request.Request.RequestUri.ToString();
        var isSent = e.Response.StatusCode == 401
            && _digest.TryAnswer(challenges, SipMethods.Register, uri, [], out var header)
            && stack.RetryWithHeader(e.Request, "Authorization", header, now) is not null;
        if (!isSent) throw new InvalidOperationException($"REGISTER of {user} was answered {e.Response.StatusCode}");
        return false;
    }
}
