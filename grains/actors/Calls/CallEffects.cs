using Microsoft.Extensions.Logging;
using Orleans;
using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Streams;

namespace OrleansAcd.Actors;

/// <summary>Does what a Call machine wants done. One that fails is logged; the others are done all the same.</summary>
internal sealed partial class CallEffects(IGrainFactory grains, IStreamBus bus, ILogger log)
{
    private long _shown;

    /// <summary>The feed has had so many events of this call before.</summary>
    public void Continue(long shown) => _shown = shown;

    public async ValueTask Run(CallId call, CallState state, CallEffect effect, DateTimeOffset now)
    {
        try
        {
            await Do(call, state, effect, now);
        }
#pragma warning disable CA1031 // The edge of the shell.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(log, call, effect.GetType().Name, error);
        }
    }

    private async ValueTask Do(CallId call, CallState state, CallEffect effect, DateTimeOffset now)
    {
        switch (effect)
        {
            case CallEffect.Send e:
                await bus.PublishAsync<MediaCommand>(MediaStreams.Commands(state.Node), e.Command);
                break;
            case CallEffect.Enqueue e:
                await Queue(e.Ticket.Queue).Enqueue(e.Ticket);
                break;
            case CallEffect.LeaveQueue e:
                await Queue(e.Queue).Leave(call, e.Outcome);
                break;
            case CallEffect.OfferFailed e:
                await Queue(e.Reservation.Queue).OfferFailed(e.Reservation, e.Failure);
                break;
            case CallEffect.AgentRinging e:
                await Agent(e.Reservation.Agent).Ringing(e.Reservation);
                break;
            case CallEffect.ConfirmAgent e:
                await Agent(e.Reservation.Agent).Confirm(e.Reservation);
                break;
            case CallEffect.ReleaseAgent e:
                await Agent(e.Reservation.Agent).Release(e.Reservation, e.Reason);
                break;
            case CallEffect.Summon e:
                await Agent(e.Summons.Agent).Summon(e.Summons);
                break;
            case CallEffect.MoveAgent e:
                await Agent(e.Reservation.Agent).Move(e.Reservation, call, e.Leg);
                break;
            case CallEffect.Monitored e:
                await Agent(e.Reservation.Agent).Monitored(e.Reservation, e.Shown);
                break;
            case CallEffect.AskHandOver e:
                await grains.GetGrain<ICallGrain>(e.Request.Asked.Value).HandOver(e.Request);
                break;
            case CallEffect.GiveHandOver e:
                await grains.GetGrain<ICallGrain>(e.Answer.Asker.Value).HandedOver(e.Answer);
                break;
            case CallEffect.Report e:
                await grains.GetGrain<ISupervisorGrain>(e.Supervisor.Value).Reported(e.Told);
                break;
            case CallEffect.CountTalk e:
                if (e.Segment.Agent is { } agent) await Agent(agent).CountTalk(e.Segment);
                if (e.Segment.Queue is { } queue) await Queue(queue).CountTalk(e.Segment);
                break;
            case CallEffect.Show e:
                Show(state, e.What, now);
                break;
            default:
                break;      // Complete: the record was written with the last journal lines
        }
    }

    /// <summary>The feed never holds a call up: without room the event is dropped, and its number is missed by who
    /// reads.</summary>
    private void Show(CallState state, string what, DateTimeOffset now) => bus.TryPublish(
        FeedEvent.Stream,
        new FeedEvent($"acd.call.{what}.v1", "call/" + state.Id.Value, ++_shown, now, FeedJson.Of(state)));

    private IQueueGrain Queue(QueueId id) => grains.GetGrain<IQueueGrain>(id.Value);

    private IAgentGrain Agent(AgentId id) => grains.GetGrain<IAgentGrain>(id.Value);

    [LoggerMessage(Level = LogLevel.Error, Message = "Call {Call}: {Effect} failed")]
    private static partial void LogFailed(ILogger log, CallId call, string effect, Exception error);
}
