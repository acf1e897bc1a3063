using System.Globalization;
using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Sip.Registrar;

/// <summary>How to answer a REGISTER, in the terms of <see cref="SipServerRequest.Respond"/>, and what it
/// changed.</summary>
public sealed record RegistrarReply(int Status, string? Reason = null)
{
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    public IReadOnlyList<BindingChange> Changes { get; init; } = [];
}

/// <summary>From a REGISTER request to its response (RFC 3261 section 10.3): domain, credentials, authority,
/// bindings.</summary>
/// <param name="core">Where the bindings are.</param>
/// <param name="authenticator">Who may register.</param>
/// <param name="domains">The domains that are ours; empty accepts any, as phones that register to an address
/// need.</param>
public sealed class RegistrarService(
    RegistrarCore core, DigestAuthenticator authenticator, IReadOnlyCollection<string> domains)
{
    public RegistrarCore Core => core;

    public RegistrarReply Handle(SipRequest request, SipFlow flow, Instant now)
    {
        // Step 5: "If the address-of-record is not valid for the domain in the Request-URI, ... 404 (Not Found)".
        var user = request.To.Uri.UserUnescaped;
        if (!request.To.Uri.IsSip || user.Length == 0 || !IsOurs(request.To.Uri.Host)) return new RegistrarReply(404);

        return Authenticate(request, flow, now) switch
        {
            DigestVerdict.Accepted accepted when accepted.User == user => Register(request, user, flow, now),

            // Step 4: "The registrar SHOULD determine if the authenticated user is authorized"; each for himself.
            DigestVerdict.Accepted => new RegistrarReply(403),
            DigestVerdict.Challenge challenge => Challenged(challenge),
            DigestVerdict.Refused refused => new RegistrarReply(403, "Too Many Wrong Credentials")
            {
                Headers = [Header(SipHeaderId.RetryAfter, Seconds(refused.RetryAfter))],
            },
            var verdict => throw new InvalidOperationException($"unknown verdict {verdict}"),
        };
    }

    private bool IsOurs(string host) => domains.Count == 0 || domains.Contains(host, StringComparer.OrdinalIgnoreCase);

    private DigestVerdict Authenticate(SipRequest request, SipFlow flow, Instant now)
    {
        List<string> credentials = [.. request.Headers.All(SipHeaderId.Authorization)];
        return authenticator.Handle(new DigestRequest(request.Method, credentials, flow.Remote.Address), now);
    }

    private static RegistrarReply Challenged(DigestVerdict.Challenge challenge) => new(401)
    {
        Headers = [.. challenge.Headers.Select(value => Header(SipHeaderId.WwwAuthenticate, value))],
    };

    private RegistrarReply Register(SipRequest request, string user, SipFlow flow, Instant now)
    {
        var result = core.Handle(
            new Register
            {
                Record = user, CallId = request.CallId, CSeq = request.CSeq.Number, Flow = flow,
                Contacts = request.Contacts,
                Star = request.Headers.All(SipHeaderId.Contact).Contains("*"),
                Expires = SipText.TryParseNumber(request.Headers.Get(SipHeaderId.Expires), out var seconds)
                    ? seconds : null,
                Path = [.. request.Headers.All(SipHeaderId.Path)],
            },
            now);

        return new RegistrarReply(result.Status, result.Reason)
        {
            Headers = Headers(request, result), Changes = result.Changes,
        };
    }

    private static List<SipHeader> Headers(SipRequest request, RegisterResult result)
    {
        var headers = new List<SipHeader>();
        if (result.MinExpires is { } min)
        {
            headers.Add(Header(SipHeaderId.MinExpires, min.ToString(CultureInfo.InvariantCulture)));
        }

        if (result.RetryAfter is { } wait) headers.Add(Header(SipHeaderId.RetryAfter, Seconds(wait)));
        foreach (var (binding, expires) in result.Contacts)
        {
            var left = expires.ToString(CultureInfo.InvariantCulture);
            headers.Add(Header(SipHeaderId.Contact, binding.Contact.WithParameter("expires", left).ToString()));
        }

        // RFC 3327 section 5.3: the path is told to a phone that knows what it is.
        if (result.Status == 200 && request.Supports("path"))
        {
            headers.AddRange(request.Headers.All(SipHeaderId.Path).Select(path => Header(SipHeaderId.Path, path)));
        }

        return headers;
    }

    private static SipHeader Header(SipHeaderId id, string value) => new(id, SipHeaderNames.NameOf(id), value);

    // Rounded up: a little late is right, a little early is refused again.
    private static string Seconds(TimeSpan wait)
        => ((long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
