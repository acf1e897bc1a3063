using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Sip.Location;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.SipRec;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>A call's copy at a recorder elsewhere: the session recording client of RFC 7866. On the media
/// loop.</summary>
/// <remarks>Begins with the first party, follows who comes and goes, and fails alone: the call never notices, its owner
/// is told once.</remarks>
internal sealed class SipRecSession : ITimeoutHandler
{
    /// <summary>How often a name that is being looked up is asked for.</summary>
    private static readonly TimeSpan NamePeriod = TimeSpan.FromMilliseconds(100);

    private readonly SipRecPlace _place;
    private readonly Func<ImmutableArray<RecordableParty>> _present;
    private readonly Action<string> _failed;
    private readonly SipRecLines _lines;
    private readonly SipRecSecurity _security;
    private readonly LoopTimer _timer;
    private readonly string _sessionId;
    private readonly DateTimeOffset _since;
    private readonly SipUri? _server;
    private SipCall? _call;
    private SipResponse? _early;
    private SessionDescription _offer = SessionDescription.Empty;
    private ImmutableArray<SipRecStream?> _offered = [];
    private Instant _giveUpAt = Instant.Never;
    private bool _isOffering;
    private bool _isBehind;
    private bool _isTold;

    /// <param name="server">The recorder's URI.</param>
    /// <param name="present">Who can be recorded now.</param>
    /// <param name="failed">Told once why there is no copy, or not all of one.</param>
    public SipRecSession(
        SipRecPlace place, string server, Func<ImmutableArray<RecordableParty>> present, Action<string> failed)
    {
        (_place, _present, _failed) = (place, present, failed);
        _timer = new LoopTimer(this);
        _server = SipUri.TryParse(server, out var uri) && uri.IsSip ? uri : null;
        var policy = _server is null ? null : place.EncryptionAt(_server.Host);
        _security = new SipRecSecurity(policy, _server is { IsSecure: true });
        _lines = new SipRecLines(place, _security, Tell, OnFault);
        (_sessionId, _since) = (_lines.NewId(), place.Time.GetUtcNow());
    }

    /// <summary>Where the voices go.</summary>
    public IVoiceCopy Voices => _lines;

    public bool IsOver { get; private set; }

    private Instant Now => _place.Media.Loop.Now;

    /// <summary>Somebody came, went, speaks another codec, or hears others than before.</summary>
    public void PartiesChanged()
    {
        if (IsOver) return;

        if (_server is null)
        {
            Fail("the recorder's address is no SIP URI");
            return;
        }

        if (!_security.Allows(isEncrypted: false))
        {
            Fail("encryption is required there, and keys are sent over TLS only");
            return;
        }

        var isChanged = _lines.Follow(_present(), Now);
        if (_call is null)
        {
            if (!_lines.IsEmpty && _giveUpAt == Instant.Never) Begin();
        }
        else if (isChanged)
        {
            Reoffer();
        }
    }

    /// <summary>Nothing is sent while a recording is paused, and the recorder is told so (RFC 7866 section 7.1.1.1);
    /// what comes after is no loss.</summary>
    public void Pause(bool isPaused)
    {
        if (IsOver || !_lines.Pause(isPaused)) return;

        if (_call is not null) Reoffer();
    }

    /// <summary>The recording is over.</summary>
    public void Stop()
    {
        if (IsOver) return;

        IsOver = true;
        _place.Media.Loop.Cancel(_timer);
        _lines.CloseAll(Now);
        if (_call is not { } call) return;

        // Whatever still comes of it is nobody's: a late 2xx is ended by the worker.
        call.Tag = null;
        call.Hangup(Now);
    }

    public void HandleTimeout(Instant now)
    {
        if (now < _giveUpAt) TryInvite();
        else if (_call is null) Fail("the recorder's name cannot be found");
        else Fail("the recorder did not answer");
        _place.Edge.Flush();
    }

    public void OnFault(Exception error) => Fail("the copy broke: " + error.GetType().Name);

    /// <summary>What the stack tells of this session's SIP.</summary>
    public void Handle(SipEvent happened)
    {
        switch (happened)
        {
            case SipEvent.Provisional { Response.HasBody: true } e: _early = e.Response; break;
            case SipEvent.Answered e: OnAnswered(e.Response); break;
            case SipEvent.ReofferAnswered { IsRefresh: false } e: OnReofferAnswered(e.Response); break;
            case SipEvent.ReofferFailed e: OnReofferFailed(e.Code); break;
            case SipEvent.Reoffered e: OnReoffered(e.Call, e.Request); break;
            case SipEvent.Referred e: e.Call.RejectRefer(e.Referral, 403, Now); break;
            case SipEvent.Failed e: Fail($"the recorder refused: {e.Code} {e.Reason}"); break;
            case SipEvent.Ended e: Fail($"the recorder is gone: {e.Reason}"); break;
            default: break;
        }
    }

    private void Begin()
    {
        _giveUpAt = Now + _place.AnswerMax;
        TryInvite();
    }

    private void TryInvite()
    {
        if (!_server!.TryGetAddress(out _) && !_place.Names.TryLearn(SipDestination.Of(_server), Now))
        {
            _place.Media.Loop.Schedule(_timer, Instant.Min(_giveUpAt, Now + NamePeriod));
            return;
        }

        _place.Media.Loop.Schedule(_timer, _giveUpAt);
        var (body, type) = NextOffer();
        _call = _place.Edge.Stack.Invite(
            new SipInviteOptions
            {
                Target = _server, Body = body, ContentType = type,
                Headers = [SipRecRequest.Require, SipRecRequest.Accept],
                ContactParameters = SipRecRequest.SourceFeature, Tag = this,
                Credentials = _place.CredentialsAt(_server.Host),
            },
            Now);
    }

    /// <summary>One at a time: who comes while an offer is out is in the next.</summary>
    private void Reoffer()
    {
        _isBehind = _isOffering;
        if (_isOffering) return;

        var (body, type) = NextOffer();
        if (!_call!.Reinvite(body, Now, type)) _isOffering = false;
    }

    private (byte[] Body, string Type) NextOffer()
    {
        (_offer, _offered, _isOffering, _isBehind) = (_lines.Describe(), _lines.Streams, true, false);
        var boundary = "part-" + _place.Media.Random.NextBits().ToString("x16", null);
        var metadata = new SipRecMetadata(_sessionId, _since, _lines.Participants);
        return (SipRecRequest.Body(_offer, metadata, boundary), MultipartBody.TypeOf(boundary));
    }

    private void OnAnswered(SipResponse response)
    {
        _place.Media.Loop.Cancel(_timer);
        var answer = !response.HasBody && _early?.ToTag == response.ToTag ? _early : response;
        if (!TryRead(answer!, out var theirs) || theirs.Media.All(line => line.IsRefused))
        {
            Fail("the recorder takes none of the audio");
            return;
        }

        if (SipRecSdp.LacksKeys(_offer, theirs))
        {
            Fail("encryption is required there, and the recorder does not encrypt");
            return;
        }

        _place.Counters.Answered++;
        Apply(theirs);
        GoOn();
    }

    private void OnReofferAnswered(SipResponse response)
    {
        if (TryRead(response, out var theirs)) Apply(theirs);
        else Tell("the recorder's answer cannot be read: who came has no copy");
        GoOn();
    }

    /// <summary>RFC 3261 section 14.1: the session stays as it was; who came has no copy.</summary>
    private void OnReofferFailed(int code)
    {
        Tell($"the recorder refused a change: {code}");
        GoOn();
    }

    private void GoOn()
    {
        _isOffering = false;
        if (_isBehind && !IsOver) Reoffer();
    }

    /// <summary>The recorder pauses, goes on, has moved, or refreshes its session (RFC 7866 section 7.2).</summary>
    private void OnReoffered(SipCall call, SipRequest request)
    {
        if (SipRecRequest.IsForSnapshot(request))
        {
            // RFC 7866 section 9.2: all of it, in a transaction of its own, with an offer.
            _place.Counters.SnapshotsAsked++;
            call.AcceptReoffer(default, Now, "");
            Reoffer();
            return;
        }

        if (!request.HasBody)
        {
            call.AcceptReoffer(_lines.Revise(_offer).ToBytes(), Now);
            return;
        }

        if (!TryRead(request, out var theirs) || SipRecSdp.Answer(_offer, theirs) is not { } answer)
        {
            call.RejectReoffer(488, Now);
            return;
        }

        Apply(theirs);
        call.AcceptReoffer(_lines.Revise(answer).ToBytes(), Now);
    }

    private static bool TryRead(SipMessage message, out SessionDescription theirs)
    {
        var type = message.Headers.Get(SipHeaderId.ContentType);
        var sdp = MultipartBody.Find(type, message.Body, "application/sdp");
        return SessionDescription.TryParse(sdp.Span, out theirs) == SdpError.None;
    }

    private void Apply(SessionDescription theirs)
    {
        var sinks = SipRecSdp.Sinks(_offer, theirs);
        for (var i = 0; i < sinks.Length; i++) _offered[i]?.Open(sinks[i]);
    }

    private void Fail(string reason)
    {
        if (IsOver) return;

        _place.Counters.Failed++;
        Stop();
        Tell(reason);
    }

    private void Tell(string reason)
    {
        if (_isTold) return;

        _isTold = true;
        _failed(reason);
    }
}
