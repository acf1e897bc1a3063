using System.Net;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.Softphone;

/// <summary>What a registered phone does with calls.</summary>
public sealed record PhoneBehaviour
{
    public required PhoneVoice Voice { get; init; }

    /// <summary>How long it rings before it is picked up.</summary>
    public TimeSpan AnswerAfter { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Refuses every call with this code; 0: answers.</summary>
    public int RejectWith { get; init; }

    /// <summary>Told of each call, on the phone's loop, as it comes in.</summary>
    public Action<PhoneCall>? OnCall { get; init; }
}

/// <summary>A phone that is registered with a centre and takes its calls.</summary>
public sealed class Softphone
{
    private readonly SoftphoneHost _host;
    private readonly DigestClient _digest;
    private readonly IPEndPoint _server;
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _callId = "";
    private uint _sequence;

    internal Softphone(SoftphoneHost host, string user, string password, IPEndPoint server, PhoneBehaviour behaviour)
    {
        (_host, User, _server, Behaviour) = (host, user, server, behaviour);
        _digest = new DigestClient(user, password, host.Ids);
    }

    public string User { get; }

    public PhoneBehaviour Behaviour { get; }

    /// <summary>Completes with the registrar's 200; fails with its refusal.</summary>
    public Task Registered => _registered.Task;

    /// <summary>Takes the phone away from the centre.</summary>
    public void Unregister() => _host.Post(() => Register(TimeSpan.Zero));

    internal void Register(TimeSpan expires)
    {
        _callId = _callId.Length == 0 ? $"{_host.Ids.NextBits():x16}" : _callId;
        var registrar = SipUri.Create(null, _server.Address.ToString(), _server.Port);
        var self = NameAddr.Create(null, SipUri.Create(User, _server.Address.ToString(), _server.Port));
        _host.Sip.Send(
            SipMethods.Register,
            new SipInviteOptions
            {
                Target = registrar,
                From = self,
                To = self,
                CallId = _callId,
                FirstCSeq = _sequence += 2,
                Headers =
                [
                    SipHeader.Of("Contact", _host.ContactOf(User)),
                    SipHeader.Of("Expires", $"{(int)expires.TotalSeconds}"),
                ],
                Tag = this,
            },
            _host.Now);
    }

    internal void OnResponse(SipClientRequest request, SipResponse response)
    {
        if (response.StatusCode == 401 && TryAuthenticate(request, response)) return;

        if (response.IsSuccess) _registered.TrySetResult();
        else Fail($"REGISTER of {User} was answered {response.StatusCode}");
    }

    internal void OnNoResponse(int code) => Fail($"REGISTER of {User} failed with {code}");

    private void Fail(string why) => _registered.TrySetException(new InvalidOperationException(why));

    internal void OnIncoming(SipCall sip, SipRequest invite)
    {
        var call = new PhoneCall(_host, Behaviour.Voice, _host.Now) { Sip = sip };
        sip.Tag = call;
        Behaviour.OnCall?.Invoke(call);
        if (Behaviour.RejectWith != 0)
        {
            sip.Reject(Behaviour.RejectWith, _host.Now);
            return;
        }

        sip.ProvisionalResponse(180, _host.Now);
        _host.After(Behaviour.AnswerAfter, () => PickUp(call, sip, invite));
    }

    private void PickUp(PhoneCall call, SipCall sip, SipRequest invite)
    {
        if (sip.State != SipCallState.Incoming) return;

        if (call.Answer(invite.Body) is { } answer && sip.Accept(_host.Now, answer)) call.Start();
        else sip.Reject(488, _host.Now);
    }

    private bool TryAuthenticate(SipClientRequest request, SipResponse response)
    {
        var challenges = response.Headers.All(SipHeaderId.WwwAuthenticate);
        var uri = request.Request.RequestUri.ToString();
        return _digest.TryAnswer(challenges, SipMethods.Register, uri, [], out var header)
            && _host.Sip.RetryWithHeader(request, "Authorization", header, _host.Now) is not null;
    }
}
