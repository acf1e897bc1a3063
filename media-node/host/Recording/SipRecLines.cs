using System.Collections.Immutable;
using System.Globalization;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.SipRec;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>The m= lines of a recording session: a place for each party, used again once the party is gone (RFC 3264
/// section 8.1).</summary>
internal sealed class SipRecLines(
    SipRecPlace place, SipRecSecurity security, Action<string> tell, Action<Exception> fault) : IVoiceCopy
{
    private readonly List<SipRecStream?> _lines = [];
    private readonly Dictionary<LegId, SipRecStream> _byLeg = [];
    private readonly byte[] _packet = new byte[MediaWorker.DatagramMaxBytes];
    private SdpOrigin _origin = SdpOrigin.Create(place.Media.Random.NextBits(), place.Advertise.ToString());
    private readonly Dictionary<LegId, ImmutableArray<LegId>> _hears = [];
    private int _lastLabel;
    private bool _isPaused;

    public bool IsEmpty => _byLeg.Count == 0;

    /// <summary>The lines in their order; null: ended.</summary>
    public ImmutableArray<SipRecStream?> Streams => [.. _lines];

    public ImmutableArray<SipRecParticipant> Participants =>
    [
        .. _lines.OfType<SipRecStream>().Select(stream => stream.Participant with
        {
            Hears = [.. HeardBy(stream.Leg).Where(_byLeg.ContainsKey).Select(leg => _byLeg[leg].Participant.StreamId)],
        }),
    ];

    /// <summary>Follows who is in the call, what they speak and whom they hear; whether anything changed.</summary>
    public bool Follow(ImmutableArray<RecordableParty> present, Instant now)
    {
        var isChanged = false;
        foreach (var stream in _byLeg.Values.ToArray())
        {
            if (present.Any(party => party.Leg == stream.Leg && stream.IsOf(party))) continue;

            Close(stream, now);
            isChanged = true;
        }

        foreach (var party in present)
        {
            isChanged |= !_byLeg.ContainsKey(party.Leg) && TryAdd(party, now);
            if (_byLeg.ContainsKey(party.Leg)) isChanged |= Hears(party);
        }

        return isChanged;
    }

    private ImmutableArray<LegId> HeardBy(LegId leg) => _hears.GetValueOrDefault(leg, []);

    private bool Hears(RecordableParty party)
    {
        if (HeardBy(party.Leg).SequenceEqual(party.Hears)) return false;

        _hears[party.Leg] = party.Hears;
        return true;
    }

    /// <summary>The next offer; its version counts (RFC 3264 section 8).</summary>
    public SessionDescription Describe()
    {
        var lines = _lines.Select(stream =>
            (stream?.Line ?? new SipRecLine("", 0, [AudioCodec.Pcmu])) with { IsPaused = _isPaused });
        return Revise(SipRecSdp.Describe(_origin, place.Advertise.ToString(), lines));
    }

    /// <summary>The same as the next version of what we say.</summary>
    public SessionDescription Revise(SessionDescription ours)
    {
        var revised = ours with { Origin = _origin };
        _origin = _origin with { Version = _origin.Version + 1 };
        return revised;
    }

    /// <summary>Whether that is a change.</summary>
    public bool Pause(bool isPaused)
    {
        if (_isPaused == isPaused) return false;

        _isPaused = isPaused;
        foreach (var stream in _byLeg.Values) stream.Interrupt();
        return true;
    }

    public void CloseAll(Instant now)
    {
        foreach (var stream in _byLeg.Values.ToArray()) Close(stream, now);
    }

    public void OnVoice(LegId leg, AudioCodecId codec, in RtpHeader header, ReadOnlySpan<byte> payload, Instant now)
    {
        if (!_byLeg.TryGetValue(leg, out var stream)) return;

        if (stream.TrySend(codec, header, payload, _packet, now)) place.Counters.PacketsSent++;
        else place.Counters.PacketsNotSent++;
    }

    private bool TryAdd(RecordableParty party, Instant now)
    {
        if (!security.Allows(party.Party.Crypto.IsOn))
        {
            place.Counters.PartiesLeftOut++;
            tell("who is encrypted is not copied to a recorder without TLS, unless a trunk to it says so");
            return false;
        }

        var slot = _lines.IndexOf(null);
        var media = place.Media;
        var sockets = slot < 0 && _lines.Count >= SipRecSdp.LinesMax
            ? null : media.Ports.Rent(media.Loop.Net, media.LocalHost, now);
        if (sockets is null)
        {
            place.Counters.PartiesLeftOut++;
            return false;
        }

        var stream = new SipRecStream(party, NewParticipant(party), sockets, place, security, fault);
        if (slot < 0) _lines.Add(stream);
        else _lines[slot] = stream;
        _byLeg[party.Leg] = stream;
        return true;
    }

    private SipRecParticipant NewParticipant(RecordableParty party)
    {
        var label = (++_lastLabel).ToString(CultureInfo.InvariantCulture);
        var participant = new SipRecParticipant(NewId(), NewId(), label, place.Time.GetUtcNow());
        return party.Who is { } who
            ? participant with { Aor = AorOf(who.Uri), Name = who.DisplayName }
            : participant;
    }

    public string NewId() => SipRecMetadata.NewId(place.Media.Random.NextBits(), place.Media.Random.NextBits());

    private static string AorOf(SipUri uri) =>
        uri.IsSip ? SipUri.Create(uri.UserUnescaped, uri.Host).ToString() : uri.ToString();

    private void Close(SipRecStream stream, Instant now)
    {
        _byLeg.Remove(stream.Leg);
        _hears.Remove(stream.Leg);
        _lines[_lines.IndexOf(stream)] = null;
        stream.Close(now);
        stream.Dispose();
        place.Media.Ports.Return(stream.Sockets, now);
    }
}
