using System.Globalization;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Registrar;

/// <summary>What to send for a REGISTER, and what it changed.</summary>
public sealed record RegistrarReply(SipResponse Response, IReadOnlyList<BindingChange> Changes);

/// <summary>From a REGISTER request to its response (RFC 3261 section 10.3): domain, credentials, authority, bindings.</summary>
/// <param name="core">Where the bindings are.</param>
/// <param name="authenticator">Who may register.</param>
/// <param name="domains">The domains that are ours; empty accepts any, as phones that register to an address need.</param>
/// <param name="ids">Tags for To.</param>
public sealed class RegistrarService(
    RegistrarCore core, DigestAuthenticator authenticator, IReadOnlyCollection<string> domains, IIdSource ids)
{
    public RegistrarCore Core => core;

    public RegistrarReply Handle(SipRequest request, ContactFlow flow, Instant now)
    {
        // Step 5: "If the address-of-record is not valid for the domain in the Request-URI, ... 404 (Not Found)".
        var user = request.To.Uri.UserUnescaped;
        if (!request.To.Uri.IsSip || user.Length == 0 || !IsOurs(request.To.Uri.Host)) return Answer(request, 404);

        return Authenticate(request, flow, now) switch
        {
            DigestVerdict.Accepted accepted when accepted.User == user => Register(request, user, flow, now),

            // Step 4: "The registrar SHOULD determine if the authenticated user is authorized"; each for himself.
            DigestVerdict.Accepted => Answer(request, 403),
            DigestVerdict.Challenge challenge => Challenged(request, challenge),
            DigestVerdict.Refused refused => Answer(request, 403, "Too Many Wrong Credentials", retryAfter: refused.RetryAfter),
            var verdict => throw new InvalidOperationException($"unknown verdict {verdict}"),
        };
    }

    private bool IsOurs(string host) => domains.Count == 0 || domains.Contains(host, StringComparer.OrdinalIgnoreCase);

    private DigestVerdict Authenticate(SipRequest request, ContactFlow flow, Instant now)
    {
        List<string> credentials = [.. request.Headers.All(SipHeaderId.Authorization)];
        return authenticator.Handle(new DigestRequest(request.Method, credentials, flow.Remote.Address), now);
    }

    private RegistrarReply Challenged(SipRequest request, DigestVerdict.Challenge challenge)
    {
        var reply = Answer(request, 401);
        foreach (var header in challenge.Headers) reply.Response.Headers.Add(SipHeaderId.WwwAuthenticate, header);
        return reply;
    }

    private RegistrarReply Register(SipRequest request, string user, ContactFlow flow, Instant now)
    {
        var result = core.Handle(
            new Register
            {
                Record = user, CallId = request.CallId, CSeq = request.CSeq.Number, Flow = flow,
                Contacts = request.Contacts,
                Star = request.Headers.All(SipHeaderId.Contact).Contains("*"),
                Expires = SipText.TryParseNumber(request.Headers.Get(SipHeaderId.Expires), out var seconds) ? seconds : null,
                Path = [.. request.Headers.All(SipHeaderId.Path)],
            },
            now);

        var reply = Answer(request, result.Status, result.Reason, result.RetryAfter) with { Changes = result.Changes };
        var headers = reply.Response.Headers;
        if (result.MinExpires is { } min) headers.Add(SipHeaderId.MinExpires, min.ToString(CultureInfo.InvariantCulture));
        if (result.Status == 200) List(request, result, headers);
        return reply;
    }

    private static void List(SipRequest request, RegisterResult result, SipHeaderList headers)
    {
        foreach (var (binding, expires) in result.Contacts)
        {
            var left = expires.ToString(CultureInfo.InvariantCulture);
            headers.Add(SipHeaderId.Contact, binding.Contact.WithParameter("expires", left).ToString());
        }

        // RFC 3327 section 5.3: the path is told to a phone that knows what it is.
        if (!request.Supports("path")) return;
        foreach (var path in request.Headers.All(SipHeaderId.Path)) headers.Add(SipHeaderId.Path, path);
    }

    private RegistrarReply Answer(SipRequest request, int status, string? reason = null, TimeSpan? retryAfter = null)
    {
        var response = SipResponse.For(request, status, reason, $"{ids.NextBits():x16}");
        if (retryAfter is { } wait)
        {
            var seconds = (long)Math.Ceiling(wait.TotalSeconds);
            response.Headers.Add(SipHeaderId.RetryAfter, seconds.ToString(CultureInfo.InvariantCulture));
        }

        return new RegistrarReply(response, []);
    }
}
