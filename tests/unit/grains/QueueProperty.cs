using OrleansAcd.Calls;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Centre;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Routing;
using Xunit;

namespace OrleansAcd.Tests.Unit.Grains;

/// <summary>Random events against one queue; after each, what must always hold.</summary>
internal sealed class QueueProperty(int seed)
{
    private static readonly SkillRequirement[] Need =
    [
        new("english", 3, [new SkillRelaxation(TimeSpan.FromSeconds(20), 1),
            new SkillRelaxation(TimeSpan.FromSeconds(50), 0)]),
    ];

    private readonly Random _random = new(seed);
    private readonly Dictionary<CallId, Ticket> _waiting = [];
    private readonly Dictionary<string, (long Epoch, int Skill)> _agents = [];
    private readonly List<AgentOffer> _offers = [];
    private readonly List<Reservation> _reservations = [];
    private QueueState _state = QueueMachine.Step(
        QueueState.Empty, new QueueEvent.Started(Given.Queue(skills: [.. Need]), []), Given.T0).Next;

    private double _now = 10;
    private int _calls;

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            _now += _random.NextDouble();
            Apply(Next());
            Check();
        }
    }

    private QueueEvent Next()
    {
        switch (_random.Next(8))
        {
            case 0 or 1:
                var ticket = Given.Ticket(
                    $"c{_calls++}", _now - (_random.Next(4) == 0 ? _random.Next(9) : 0), _random.Next(2));
                _waiting[ticket.Call] = ticket;
                return new QueueEvent.Enqueued(ticket);
            case 2 when _waiting.Count > 0:
                var gone = _waiting.Keys.ElementAt(_random.Next(_waiting.Count));
                _waiting.Remove(gone);
                return new QueueEvent.Left(gone, QueueOutcome.Abandoned);
            case 3 or 4:
                return AgentChanges();
            case 5 when Take(_offers) is { } granted:
                var reservation = Given.Reservation(
                    _random.Next(1, 1000), granted.Agent.Value, granted.Call!.Value.Value, _now + 25);
                _reservations.Add(reservation);
                return new QueueEvent.Granted(reservation, Given.Phone);
            case 6 when Take(_offers) is { } refused:
                return new QueueEvent.Refused(refused);
            case 7 when Take(_reservations) is { } failed:
                return new QueueEvent.OfferFailed(failed, OfferFailure.Rejected);
            default:
                return new QueueEvent.Tick();
        }
    }

    private QueueEvent.AgentChanged AgentChanges()
    {
        var id = $"a{_random.Next(6)}";
        var (epoch, skill) = _agents.GetValueOrDefault(id, (0, _random.Next(5)));
        _agents[id] = (epoch + 1, skill);
        var presence = _random.Next(3) == 0 ? Presence.Talking : Presence.Ready;
        return new QueueEvent.AgentChanged(Given.Notice(
            id, epoch + 1, presence, _random.Next(100), skills: skill == 0 ? [] : [("english", skill)]));
    }

    private T? Take<T>(List<T> list)
        where T : class
    {
        if (list.Count == 0) return null;

        var index = _random.Next(list.Count);
        var taken = list[index];
        list.RemoveAt(index);
        return taken;
    }

    private void Apply(QueueEvent e)
    {
        var before = _state;
        var now = Given.T0.AddSeconds(_now);
        (_state, var effects) = QueueMachine.Step(_state, e, now);
        foreach (var offer in effects.OfType<QueueEffect.OfferAgent>().Select(x => x.Offer)
            .Where(o => o.Call is not null))
        {
            _offers.Add(offer);
            CheckNobodyIsPassedOver(offer, now);
        }

        Assert.True(ReferenceEquals(before, _state) || _state.Version == before.Version + 1, $"seed {seed}");
    }

    /// <summary>No call that is still free after the step may be ahead of one that was given to an agent who could have
    /// had it.</summary>
    private void CheckNobodyIsPassedOver(AgentOffer offer, DateTimeOffset now)
    {
        var from = EligibleFrom(offer.Agent.Value);
        foreach (var rank in _state.Line.FreeInOrder())
        {
            var isEligible = now - rank.EnqueuedAt >= from;
            Assert.False(isEligible && rank < offer.Rank, $"seed {seed}: {rank.Call} envies {offer.Call}");
        }
    }

    private void Check()
    {
        var now = Given.T0.AddSeconds(_now);
        // Nobody lost a place: all who wait are in line, in the order of their first rank.
        var expected = _waiting.Values.Select(WaitingLine.RankOf).Order().ToList();
        Assert.True(expected.SequenceEqual(_state.Line.InOrder()), $"seed {seed}: the line differs");
        // No free call and ready agent that fit are left.
        foreach (var rank in _state.Line.FreeInOrder())
        {
            Assert.True(_state.Pool.Best(now - rank.EnqueuedAt) is null || HasDue(now),
                $"seed {seed}: {rank.Call} could be served");
        }

        Assert.Equal(_state.Line.Count - _state.Line.FreeCount, _state.Offers.Count);
        Assert.Equal(_state.Offers.Count, _state.Expiries.Count);
        Assert.Equal(_state.Offers.Count, _state.Offers.Values.Select(o => o.Offer.Call).Distinct().Count());
    }

    /// <summary>A tick is due: time itself has made a pair eligible.</summary>
    private bool HasDue(DateTimeOffset now) => _state.Deadline <= now;

    private TimeSpan EligibleFrom(string agent)
    {
        var skill = _agents[agent].Skill;
        return skill >= 3 ? TimeSpan.Zero : skill >= 1 ? TimeSpan.FromSeconds(20) : TimeSpan.FromSeconds(50);
    }
}
