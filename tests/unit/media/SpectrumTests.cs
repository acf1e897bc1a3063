using OrleansAcd.Audio;
using OrleansAcd.MediaNode.Media;
using Xunit;

namespace OrleansAcd.Tests.Unit.Media;

/// <summary>Every change that a contact centre makes to a conversation, one after the other: in the spectrum of what
/// each party hears are the tones of those whom it shall hear, and nothing else, before, during and after.</summary>
public sealed class SpectrumTests : IDisposable
{
    /// <summary>28 dB below a spoken tone.</summary>
    private const double NothingDbfs = -50;

    /// <summary>So near to a tone is what the window, and the edge of a beginning, make of it.</summary>
    private const double NearHz = 80;

    /// <summary>256 ms.</summary>
    private const int Window = 2_048;

    /// <summary>A source's jitter buffer, and a tick: nothing is said to a listener so long when it comes into a
    /// mix.</summary>
    private static readonly TimeSpan s_changeMax = TimeSpan.FromMilliseconds(60);

    private readonly Stage _stage = new();
    private readonly Voice _customer;
    private readonly Voice _agent;
    private readonly Voice _supervisor;
    private readonly Voice _expert;

    /// <summary>Whom each party was hearing until the last change.</summary>
    private Dictionary<Voice, Voice[]> _before = [];

    public SpectrumTests()
    {
        _customer = _stage.Add("customer", 406);
        _agent = _stage.Add("agent", 719);
        _supervisor = _stage.Add("supervisor", 1_094);
        _expert = _stage.Add("expert", 1_531);
    }

    public void Dispose()
    {
        foreach (var voice in _stage.Voices) voice.AssertOneStream();
        _stage.Dispose();
    }

    [Fact]
    public void MonitorWhisperBargeInAndTakeOver()
    {
        Change((_customer, [_agent]), (_agent, [_customer]));
        Change((_customer, [_agent]), (_agent, [_customer]), (_supervisor, [_customer, _agent]));
        Change((_customer, [_agent]), (_agent, [_customer, _supervisor]), (_supervisor, [_customer, _agent]));
        Change(
            (_customer, [_agent, _supervisor]), (_agent, [_customer, _supervisor]), (_supervisor, [_customer, _agent]));
        Change((_customer, [_supervisor]), (_supervisor, [_customer]));
    }

    [Fact]
    public void ConsultConferenceAndTransfer()
    {
        Change((_customer, [_agent]), (_agent, [_customer]));
        Change((_agent, [_expert]), (_expert, [_agent]));
        Change((_customer, [_agent, _expert]), (_agent, [_customer, _expert]), (_expert, [_customer, _agent]));
        Change((_customer, [_expert]), (_expert, [_customer]));
    }

    [Fact]
    public void AllOfAConferenceComeAndGoOneByOne()
    {
        Change((_customer, [_agent]), (_agent, [_customer]));
        Change((_customer, [_agent, _expert]), (_agent, [_customer, _expert]), (_expert, [_customer, _agent]));
        Voice[] all = [_customer, _agent, _expert, _supervisor];
        Change([.. all.Select(voice => (voice, all.Where(other => other != voice).ToArray()))]);
        Change(
            (_agent, [_customer, _supervisor]), (_customer, [_agent, _supervisor]), (_supervisor, [_customer, _agent]));
        Change((_customer, [_agent]), (_agent, [_customer]));
    }

    /// <summary>Hold and muting are rows of the same matrix.</summary>
    [Fact]
    public void HoldMuteAndBack()
    {
        Change((_customer, [_agent]), (_agent, [_customer]));
        Change();
        Change((_customer, [_agent]), (_agent, [_customer]));
        Change((_agent, [_customer]));
        Change((_agent, [_customer]), (_supervisor, [_customer]));
        Change((_customer, [_agent]), (_agent, [_customer]));
    }

    /// <summary>Sets the whole matrix, talks on, and looks at what everybody heard around it.</summary>
    private void Change(params (Voice Listener, Voice[] Speakers)[] rows)
    {
        var before = _stage.Voices.ToDictionary(voice => voice, voice => voice.HeardSamples);
        var packets = _stage.Voices.ToDictionary(voice => voice, voice => voice.Headers.Count);
        _stage.Hear([.. rows.SelectMany(row => row.Speakers.Select(speaker => (row.Listener, speaker, 1f)))]);
        _stage.Play(0.8);
        var after = rows.ToDictionary(row => row.Listener, row => row.Speakers);
        foreach (var listener in _stage.Voices)
        {
            AssertAround(listener, before[listener], SpeakersOf(_before, listener), SpeakersOf(after, listener));
            AssertSent(listener, packets[listener], SpeakersOf(after, listener).Length > 0);
        }

        _before = after;
    }

    private static void AssertAround(Voice listener, int place, Voice[] before, Voice[] after)
    {
        if (before.Length > 0) AssertOnly(listener, place - Window, before, "before the change");
        if (after.Length == 0) return;

        // The frames of the jitter buffer, of those who spoke before, may still come first.
        var edge = before.Length == 0 ? place : place - (Window / 2);
        AssertOnly(listener, edge, [.. before.Union(after)], "during the change");
        AssertOnly(listener, listener.HeardSamples - Window, after, "after the change");
        Assert.All(after, speaker => Assert.InRange(listener.LevelOf(speaker, 0.4), -1.5, 1.5));
    }

    private static void AssertOnly(Voice listener, int first, Voice[] allowed, string when)
    {
        var strange = ToneMeter.Above(NothingDbfs, listener.Part(first, Window), listener.RateHz)
            .Where(peak => !allowed.Any(voice => Math.Abs(voice.FrequencyHz - peak.FrequencyHz) <= NearHz));
        Assert.True(!strange.Any(), $"{listener.FrequencyHz} Hz hears {string.Join(", ", strange)} {when}");
    }

    /// <summary>Fifty packets a second, without a pause that is longer than a source's jitter buffer.</summary>
    private static void AssertSent(Voice listener, int packets, bool hears)
    {
        var sent = listener.Headers.Count - packets;
        if (!hears) Assert.InRange(sent, 0, 1);
        else Assert.InRange(sent, 40 - (s_changeMax / EventLoopPeriod), 42);
    }

    private static TimeSpan EventLoopPeriod => OrleansAcd.MediaNode.Io.EventLoop.TickPeriod;

    private static Voice[] SpeakersOf(Dictionary<Voice, Voice[]> rows, Voice listener) =>
        rows.GetValueOrDefault(listener, []);
}
