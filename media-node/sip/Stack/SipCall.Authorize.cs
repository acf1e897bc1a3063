using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;

namespace OrleansAcd.Sip.Stack;

/// <summary>Challenges of the other side, answered for every request of the call: RFC 3261 §22.2 and §22.3, RFC
/// 7616.</summary>
public sealed partial class SipCall
{
    private const SipHeaderId ToServer = SipHeaderId.Authorization;
    private const SipHeaderId ToProxy = SipHeaderId.ProxyAuthorization;

    private SipHeaderId _credentialsHeader = ToServer;

    /// <summary>Who we are at the other side; null: challenges are failures.</summary>
    public DigestClient? Credentials { get; init; }

    /// <summary>§22.3: what was accepted once is offered at once in what follows, so that it is not challenged
    /// again. An ACK has its INVITE's, a CANCEL none.</summary>
    internal void Authorize(SipClientRequest client)
    {
        var request = client.Request;
        var isDone = client.Attempt > 0 || request.Headers.Has(ToServer) || request.Headers.Has(ToProxy);
        if (isDone || request.Method is SipMethods.Cancel || Credentials is not { } credentials) return;

        var uri = request.RequestUri.ToString();
        if (credentials.Reuse(request.Method, uri, request.Body.Span) is { } header)
        {
            request.Headers.Set(_credentialsHeader, header);
        }
    }

    /// <summary>Answers a 401 or 407: the request goes again with credentials.</summary>
    /// <returns>False: it stays a failure, as without credentials, and after a second refusal.</returns>
    internal bool TryAuthorize(SipClientRequest client, SipResponse response, Instant now)
    {
        if (Credentials is not { } credentials) return false;
        if (response.StatusCode is not (401 or 407))
        {
            if (response.IsSuccess) credentials.Succeeded();
            return false;
        }

        if (client.Attempt >= SipStack.RetriesMax || !MayRepeat(client)) return false;

        // A nonce that was taken from an earlier request may have aged without the server's saying so.
        if (client.Attempt == 0) credentials.Succeeded();
        var isProxy = response.StatusCode == 407;
        var challenges = response.Headers.All(isProxy ? SipHeaderId.ProxyAuthenticate : SipHeaderId.WwwAuthenticate);
        var request = client.Request;
        var uri = request.RequestUri.ToString();
        if (!credentials.TryAnswer(challenges, request.Method, uri, request.Body.Span, out var answer)) return false;

        _credentialsHeader = isProxy ? ToProxy : ToServer;
        return Repeat(client, answer, now);
    }

    private bool MayRepeat(SipClientRequest client) => client.Purpose is ClientPurpose.Invite
        ? client == _inviteClient && State is SipCallState.Calling && !_cancelWanted
        : client.Purpose is ClientPurpose.Bye || State is not SipCallState.Ended;

    private bool Repeat(SipClientRequest client, string credentials, Instant now)
    {
        // As after any final response: what was under way is over, and is begun again.
        if (client.Purpose is ClientPurpose.Invite) State = SipCallState.Ended;
        if (client == _offerClient) _offerClient = null;
        var again = Retry(client, copy => copy.Headers.Set(_credentialsHeader, credentials), now);
        if (again is null && client.Purpose is ClientPurpose.Invite) State = SipCallState.Calling;
        if (again is not null && client == _byeClient) _byeClient = again;
        return again is not null;
    }
}
