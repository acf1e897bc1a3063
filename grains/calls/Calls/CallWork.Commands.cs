using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Calls;

/// <summary>Commands for the media node, numbered.</summary>
internal sealed partial class CallWork
{
    public void Answer(LegId leg) => Send((call, epoch, n) => new Answer(call, epoch, n, leg));

    public void Reject(LegId leg, int sipCode) =>
        Send((call, epoch, n) => new Reject(call, epoch, n, leg, sipCode, null));

    public void Hangup(LegId leg) => Send((call, epoch, n) => new Hangup(call, epoch, n, leg, 200));

    public void CancelDial(LegId leg) => Send((call, epoch, n) => new CancelDial(call, epoch, n, leg));

    public void StopPlay(LegId leg) => Send((call, epoch, n) => new StopPlay(call, epoch, n, leg));

    public void Hear(ImmutableArray<Hearing> matrix) => Send((call, epoch, n) => new Hear(call, epoch, n, matrix));

    public void Play(LegId leg, ImmutableArray<string> prompts, bool loopLast)
    {
        if (prompts.IsEmpty) return;

        var play = new PlayId(State.LastPlay + 1);
        State = State with { LastPlay = play.Value };
        Send((call, epoch, n) => new Play(call, epoch, n, leg, play, prompts, loopLast));
    }

    public void Dial(
        CallParty party, ImmutableArray<PhoneContact> contacts, EncryptionPolicy encryption, string? trunk,
        TimeSpan ringTimeout)
    {
        var from = CallerAsShown.To(State, party);
        var headers = CallerAsShown.Context(State, party);
        var timeout = ringTimeout + CallMachine.DialMargin;
        Send((call, epoch, n) => new Dial(call, epoch, n, party.Leg, contacts, from, headers, timeout)
        {
            Encryption = encryption, Trunk = trunk,
        });
    }

    public void Redirect(LegId leg, string contact) =>
        Send((call, epoch, n) => new Redirect(call, epoch, n, leg, [contact]));

    public void AskToAnswer(LegId leg) => Send((call, epoch, n) => new AskToAnswer(call, epoch, n, leg));

    public void TakeLeg(LegId leg, CallId from, LegId fromLeg) =>
        Send((call, epoch, n) => new TakeLeg(call, epoch, n, leg, from, fromLeg));

    public void ReferProgress(LegId leg, int sipCode) =>
        Send((call, epoch, n) => new ReferProgress(call, epoch, n, leg, sipCode));

    public void SendDtmf(LegId leg, string digits, TimeSpan duration) =>
        Send((call, epoch, n) => new SendDtmf(call, epoch, n, leg, digits, duration));

    public void Detect(LegId leg, ToneKinds kinds) => Send((call, epoch, n) => new Detect(call, epoch, n, leg, kinds));

    public void Record(int recording, RecordingFormat format, string? sipRecServer) =>
        Send((call, epoch, n) => new Record(call, epoch, n, recording, format, sipRecServer));

    public void PauseRecord(int recording, bool paused) =>
        Send((call, epoch, n) => new PauseRecord(call, epoch, n, recording, paused));

    public void StopRecord(int recording) => Send((call, epoch, n) => new StopRecord(call, epoch, n, recording));

    public void Enqueue() => Add(new CallEffect.Enqueue(new Ticket(
        State.Id, State.Route!.Queue, State.EnqueuedAt!.Value, State.Route.Priority, State.Hops)
    {
        WaitsSince = State.WaitsSince,
    }));

    private void Send(Func<CallId, int, long, MediaCommand> make)
    {
        State = State with { SentSequence = State.SentSequence + 1 };
        Add(new CallEffect.Send(make(State.Id, State.Epoch, State.SentSequence)));
    }
}
