using System.Text.Json.Serialization;
using Orleans;
using OrleansAcd.Contracts.Centre;

namespace OrleansAcd.Contracts.Grains;

/// <summary>What a person, a program or a supervisor wants done with a call. Journalled with the call; digits are
/// not.</summary>
/// <remarks>Legs are those of the call's view. A target is an agent (<c>agent/ID</c>), a queue (<c>queue/ID</c>) or a
/// number: of the centre, or one that a trunk serves.</remarks>
[GenerateSerializer, Immutable, Alias("acd.CallControl")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "control")]
[JsonDerivedType(typeof(Hold), "hold")]
[JsonDerivedType(typeof(Unhold), "unhold")]
[JsonDerivedType(typeof(Mute), "mute")]
[JsonDerivedType(typeof(Unmute), "unmute")]
[JsonDerivedType(typeof(BlindTransfer), "blind-transfer")]
[JsonDerivedType(typeof(Consult), "consult")]
[JsonDerivedType(typeof(Swap), "swap")]
[JsonDerivedType(typeof(CompleteTransfer), "complete-transfer")]
[JsonDerivedType(typeof(CancelConsult), "cancel-consult")]
[JsonDerivedType(typeof(Conference), "conference")]
[JsonDerivedType(typeof(AddParty), "add-party")]
[JsonDerivedType(typeof(RemoveParty), "remove-party")]
[JsonDerivedType(typeof(RedirectCaller), "redirect")]
[JsonDerivedType(typeof(AnswerPhone), "answer")]
[JsonDerivedType(typeof(RecordOn), "record-on")]
[JsonDerivedType(typeof(RecordOff), "record-off")]
[JsonDerivedType(typeof(PauseRecording), "pause-recording")]
[JsonDerivedType(typeof(ResumeRecording), "resume-recording")]
[JsonDerivedType(typeof(PressKeys), "press-keys")]
[JsonDerivedType(typeof(Watch), "watch")]
[JsonDerivedType(typeof(ChangeWatch), "change-watch")]
[JsonDerivedType(typeof(StopWatch), "stop-watch")]
public abstract record CallControl
{
    public const int DigitsMax = 64;
    public const int TargetCharsMax = 80;

    /// <summary>Who asks, for the timeline: <c>api</c>, <c>agent alice</c>.</summary>
    [Id(0)]
    public string By { get; init; } = "api";

    /// <summary>A party hears music and is not heard; null: the caller.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.Hold")]
    public sealed record Hold(LegId? Leg) : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.Unhold")]
    public sealed record Unhold(LegId? Leg) : CallControl;

    /// <summary>Nobody hears the party, who hears everybody.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.Mute")]
    public sealed record Mute(LegId Leg) : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.Unmute")]
    public sealed record Unmute(LegId Leg) : CallControl;

    /// <summary>The caller goes to the target; the agent goes when the target answers. If it does not, both talk
    /// on.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.BlindTransfer")]
    public sealed record BlindTransfer(string Target) : CallControl;

    /// <summary>The agent talks to the target, the caller hears music.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.Consult")]
    public sealed record Consult(string Target) : CallControl;

    /// <summary>During a consultation: the agent talks to the other of the two.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.Swap")]
    public sealed record Swap : CallControl;

    /// <summary>The caller goes to the consulted, the agent goes.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.CompleteTransfer")]
    public sealed record CompleteTransfer : CallControl;

    /// <summary>The consulted goes, the agent talks to the caller again.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.CancelConsult")]
    public sealed record CancelConsult : CallControl;

    /// <summary>Caller, agent and consulted talk together.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.Conference")]
    public sealed record Conference : CallControl;

    /// <summary>The target comes into the conversation when it answers.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.AddParty")]
    public sealed record AddParty(string Target) : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.RemoveParty")]
    public sealed record RemoveParty(LegId Leg) : CallControl;

    /// <summary>Sends a caller whom nobody has answered yet elsewhere (302).</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.RedirectCaller")]
    public sealed record RedirectCaller(string Target) : CallControl;

    /// <summary>The agent's ringing phone is asked to answer by itself.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.AnswerPhone")]
    public sealed record AnswerPhone : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.RecordOn")]
    public sealed record RecordOn : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.RecordOff")]
    public sealed record RecordOff : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.PauseRecording")]
    public sealed record PauseRecording : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.ResumeRecording")]
    public sealed record ResumeRecording : CallControl;

    /// <summary>Presses keys towards a party.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.PressKeys")]
    public sealed record PressKeys(LegId Leg, string Digits, TimeSpan Duration) : CallControl
    {
        public override string ToString() => $"PressKeys({Leg}, {Digits.Length} keys)";
    }

    /// <summary>A supervisor's phone is called and joins. The supervisor grain asks for it.</summary>
    [GenerateSerializer, Immutable, Alias("acd.CallControl.Watch")]
    public sealed record Watch(AgentId Supervisor, SupervisionMode Mode) : CallControl
    {
        /// <summary>Whose calls are watched: heard and coached wherever the agent talks; null: who talks to the
        /// caller.</summary>
        [Id(0)]
        public AgentId? Agent { get; init; }
    }

    [GenerateSerializer, Immutable, Alias("acd.CallControl.ChangeWatch")]
    public sealed record ChangeWatch(AgentId Supervisor, SupervisionMode Mode) : CallControl;

    [GenerateSerializer, Immutable, Alias("acd.CallControl.StopWatch")]
    public sealed record StopWatch(AgentId Supervisor) : CallControl;
}

/// <summary>The answer to a control: begun, or refused.</summary>
[GenerateSerializer, Immutable, Alias("acd.ControlAnswer")]
public sealed record ControlAnswer(ControlRefusal Refusal, string Reason)
{
    public static readonly ControlAnswer Accepted = new(ControlRefusal.None, "");

    public bool IsAccepted => Refusal == ControlRefusal.None;
}

/// <summary>Why a control is refused.</summary>
public enum ControlRefusal
{
    None,

    /// <summary>There is no such call, leg or target.</summary>
    Unknown,

    /// <summary>Not in what the call is doing now.</summary>
    Impossible,

    /// <summary>Whoever asks may not do this here.</summary>
    NotPermitted,

    /// <summary>The request itself is wrong.</summary>
    Invalid,
}
