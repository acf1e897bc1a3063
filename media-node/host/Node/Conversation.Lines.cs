using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Lines beside audio: which a leg is answered and offered, and who sees whom (RFC 3264 section 6).</summary>
/// <remarks>A caller is answered before an agent is dialled, so one codec is chosen then; every other leg is offered
/// that one. A leg that has none of it is neither seen nor shown anything.</remarks>
internal sealed partial class Conversation
{
    private static readonly ForwardedKind[] Kinds = [ForwardedKind.Video, ForwardedKind.Text];

    private ImmutableArray<Hearing> _matrix = [];

    /// <summary>What we can do for the answer to an offer: audio, and those of its other lines that we pass
    /// on.</summary>
    private SessionDescription OursFor(Leg leg, SessionDescription offer)
    {
        var ours = Ours(leg);
        var taken = new HashSet<ForwardedKind>();
        foreach (var section in offer.Media)
        {
            if (ForwardedSdp.KindOf(section) is not { } kind || taken.Contains(kind)) continue;
            if (ForwardedSdp.Choose(section, CodecOfOthers(leg, kind)) is not { } codec) continue;
            if (LineOf(leg, kind) is not { } line) continue;

            taken.Add(kind);
            var bits = _forwarded.Options.BitsPerSecond(kind);
            line.Section = ForwardedSdp.Describe(kind, section.Protocol, codec, line.LocalPort, bits);
            ours = ours with { Media = ours.Media.Add(line.Section) };
        }

        return ours;
    }

    /// <summary>Our offer to a leg that we dial: audio, and what others in the conversation have.</summary>
    private SessionDescription OursWithLines(Leg leg)
    {
        var ours = Ours(leg);
        foreach (var kind in Kinds)
        {
            var section = leg.Picture.Find(kind)?.Section ?? OtherWith(leg, kind)?.Section;
            if (section is null || LineOf(leg, kind) is not { } line) continue;

            line.Section = section with { Port = line.LocalPort };
            ours = ours with { Media = ours.Media.Add(line.Section) };
        }

        return ours;
    }

    /// <summary>What stands now goes to the media; a line that was refused gives its ports back.</summary>
    private void ConfigureLines(Leg leg)
    {
        if (leg.Picture.Lines.Count == 0) return;

        foreach (var kind in Kinds)
        {
            if (leg.Picture.Find(kind) is not { } line) continue;
            if (!TryConfigure(leg, line)) DropLine(leg, line);
        }

        ShowLines();
    }

    /// <summary>False: the line was refused, or is less than the policy on encryption wants.</summary>
    private bool TryConfigure(Leg leg, ForwardedLine line)
    {
        var fork = leg.Active!;
        if (ForwardedSdp.Negotiated(fork.Exchange, line.Kind) is not { } agreed) return false;
        if (!fork.Security.TrySecure(fork.Exchange, agreed.SectionIndex, out var crypto))
        {
            _worker.Counters.EncryptionRefused++;
            return false;
        }

        var isAsBefore = line.Agreed is not null && line.IsEncrypted == crypto is not null;
        if (!isAsBefore) CountLine(leg, crypto is not null, wasEncrypted: line.IsEncrypted);
        _forwarded.Configure(line, agreed, crypto);
        return true;
    }

    /// <summary>Nothing is downgraded silently: plain video beside encrypted audio is counted, and told with the leg's
    /// figures.</summary>
    private void CountLine(Leg leg, bool isEncrypted, bool wasEncrypted)
    {
        if (isEncrypted)
        {
            _worker.Counters.LinesEncrypted++;
            return;
        }

        _worker.Counters.LinesPlain++;
        if (wasEncrypted || leg.Party.Media is { Crypto: not null }) _worker.Counters.EncryptionDowngraded++;
    }

    /// <summary>Who hears somebody sees them.</summary>
    private void ShowLines()
    {
        if (_forwarded.IsEmpty) return;

        var seen = new Dictionary<LegId, List<ForwardedParty>>();
        foreach (var cell in _matrix)
        {
            if (cell.Gain <= 0 || !_legs.TryGetValue(cell.Speaker, out var speaker)) continue;
            if (speaker.Picture.Lines.Count == 0) continue;

            if (!seen.TryGetValue(cell.Listener, out var sees)) seen[cell.Listener] = sees = [];
            sees.Add(speaker.Picture);
        }

        foreach (var leg in _legs.Values) leg.Picture.Sees = seen.TryGetValue(leg.Id, out var sees) ? [.. sees] : [];
        _forwarded.Compile();
    }

    private void DropLines(Leg leg)
    {
        while (leg.Picture.Lines.Count > 0) DropLine(leg, leg.Picture.Lines[^1]);
    }

    private void DropLine(Leg leg, ForwardedLine line)
    {
        _worker.Counters.ForwardedPackets += line.PacketsSent;
        _worker.Counters.OverBandwidth += line.OverBandwidth;
        _worker.Counters.StrangerPackets += line.Strangers;
        _worker.Counters.MalformedPackets += line.Malformed;
        _worker.Counters.UnexpectedPackets += line.Unexpected;
        _worker.Counters.PacketsNotSent += line.SendFailures;
        CountDrops(line.CryptoDrops);
        _forwarded.Remove(leg.Picture, line);
    }

    private ForwardedLine? LineOf(Leg leg, ForwardedKind kind) =>
        leg.Picture.Find(kind) ?? _forwarded.TryAdd(leg.Picture, kind);

    private RtpFormat? CodecOfOthers(Leg leg, ForwardedKind kind) => OtherWith(leg, kind)?.Agreed!.Format;

    private ForwardedLine? OtherWith(Leg leg, ForwardedKind kind)
    {
        foreach (var other in _legs.Values)
        {
            if (other != leg && other.Picture.Find(kind) is { Agreed: not null } line) return line;
        }

        return null;
    }
}
