using OrleansAcd.Audio.Detection;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Info;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Stack;

namespace OrleansAcd.MediaNode.Node;

using SipHeader = OrleansAcd.Sip.Messages.SipHeader;

/// <summary>Keys that are pressed towards a leg or come in INFO, and what a leg is listened to for.</summary>
internal sealed partial class Conversation
{
    /// <summary>A key in signalling (RFC 6086 without a package, as phones do it).</summary>
    public void OnInfo(Fork fork, SipServerRequest request)
    {
        var (info, now) = (request.Request, _worker.Now);
        var result = InfoKey.TryParse(info.ContentType, info.Body.Span, out var key);

        // RFC 3261 section 21.4.13: a 415 SHALL list what is accepted.
        if (result == InfoKeyResult.OtherType)
        {
            request.Respond(415, now, headers: [SipHeader.Of("Accept", InfoKey.Accepted)]);
            return;
        }

        request.Respond(result == InfoKeyResult.Malformed ? 400 : 200, now);
        if (result == InfoKeyResult.Key) OnDigit(fork.Leg.Party, new PressedKey(key.Key, key.Duration));
    }

    public void OnSignal(MediaParty party, SignalKind signal)
    {
        var tone = ToneOf(signal);
        if (tone == DetectedTone.None || LegOf(party) is not { } leg) return;

        // A fax machine calls again every 3.5 s: it is told once.
        var bit = 1u << (int)tone;
        if ((leg.TonesTold & bit) != 0) return;

        leg.TonesTold |= bit;
        Raise(sequence => new ToneDetected(Id, _epoch, sequence, leg.Id, tone));
    }

    private void PressKeys(Leg leg, SendDtmf send) =>
        _worker.Counters.KeysNotSent += _audio.PressKeys(leg.Party, send.Digits, send.Duration);

    private static void ListenTo(Leg leg, Detect detect)
    {
        leg.TonesTold = 0;
        AudioConversation.Listen(leg.Party, GroupsOf(detect.Kinds));
    }

    private static SignalGroups GroupsOf(ToneKinds kinds) =>
        ((kinds & ToneKinds.Fax) != 0 ? SignalGroups.Fax : SignalGroups.None)
        | ((kinds & ToneKinds.Progress) != 0 ? SignalGroups.Progress : SignalGroups.None)
        | ((kinds & ToneKinds.AnsweringMachine) != 0 ? SignalGroups.Answer : SignalGroups.None);

    private static DetectedTone ToneOf(SignalKind signal) => signal switch
    {
        SignalKind.FaxCalling => DetectedTone.FaxCalling,
        SignalKind.FaxAnswering or SignalKind.ModemAnswering or SignalKind.ModemAnsweringReversed =>
            DetectedTone.FaxAnswering,
        SignalKind.Ringback => DetectedTone.Ringback,
        SignalKind.Busy => DetectedTone.Busy,
        SignalKind.Congestion => DetectedTone.Congestion,
        SignalKind.SpecialInformation => DetectedTone.SpecialInformation,
        SignalKind.Person => DetectedTone.Person,
        SignalKind.Machine => DetectedTone.AnsweringMachine,
        SignalKind.Beep => DetectedTone.Beep,
        _ => DetectedTone.None,
    };
}
