using System.Collections.Immutable;
using Orleans;
using OrleansAcd.Calls;
using OrleansAcd.Contracts.Grains;
using OrleansAcd.Contracts.Media;

namespace OrleansAcd.Actors;

/// <summary>What is stored of an agent: the wish and the phones, so that a restart knows both.</summary>
[GenerateSerializer, Alias("acd.AgentStored")]
public sealed class AgentStored
{
    [Id(0)]
    public bool LoggedIn { get; set; }

    [Id(1)]
    public string NotReadyReason { get; set; } = "";

    [Id(2)]
    public int CallsHandled { get; set; }

    [Id(3)]
    public ImmutableArray<PhoneContact> Phones { get; set; } = [];

    [Id(4)]
    public Reservation? Talking { get; set; }

    public static AgentStored Of(AgentRecord record) => new()
    {
        LoggedIn = record.LoggedIn, NotReadyReason = record.NotReadyReason, CallsHandled = record.CallsHandled,
        Phones = record.Phones, Talking = record.Talking,
    };

    public AgentRecord ToRecord() =>
        new(LoggedIn, NotReadyReason, CallsHandled, Phones.IsDefault ? [] : Phones) { Talking = Talking };
}
