using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>The packet path: what a party sends goes to those who hear it, now.</summary>
public sealed partial class AudioConversation
{
    internal static void HandleRtp(
        MediaWorker worker, MediaParty speaker, Span<byte> packet, in RtpHeader header, Instant now)
    {
        var media = speaker.Media;
        if (media is null || !media.MayReceive) return;

        // Taps and telephone-events come before the relay, since the rewriter works in place.
        var payload = packet.Slice(header.PayloadOffset, header.PayloadLength);
        speaker.PacketTap?.OnPacket(speaker, header, payload, now);
        speaker.Source?.Handle(header, payload, now);
        if (header.PayloadType == media.ReceivedTelephoneEventType)
        {
            speaker.Conversation.HandleKeys(speaker, header, payload, now);
        }
        else if (!media.IsExpected(header.PayloadType)) speaker.Unexpected++;

        var targets = speaker.Rtp.Targets;
        for (var i = 0; i < targets.Length; i++)
        {
            var isLast = i == targets.Length - 1;
            Relay(targets[i], isLast ? packet : Copy(worker, packet), header, now);
        }
    }

    /// <summary>A key is told, and reaches mixed listeners as well; relayed ones get it with everything else.</summary>
    private void HandleKeys(MediaParty speaker, in RtpHeader header, ReadOnlySpan<byte> payload, Instant now)
    {
        foreach (var ear in _ears)
        {
            if (ear.HearsAmongOthers(speaker)) ear.RelayKey(speaker, header, payload, _worker.Outgoing);
        }

        speaker.HandleKeys(header, payload, now);
    }

    private static void Relay(in RelayTarget target, Span<byte> packet, in RtpHeader header, Instant now)
    {
        var stream = target.Stream;
        var action = target.Map.Find(header.PayloadType, out var payloadType);
        if (action == PayloadAction.Drop)
        {
            stream.Out.Skip(header);
            return;
        }

        var outgoing = stream.Out.Rewrite(packet, header, payloadType, now);
        if (outgoing.IsEmpty) return;

        if (action == PayloadAction.TranscodeAudio) Transcode(target.Listener, outgoing[RtpHeader.FixedBytes..]);
        stream.Send(outgoing);
    }

    private static void Transcode(MediaParty listener, Span<byte> payload)
    {
        if (listener.Media!.Law is not { } to) return;

        G711.Transcode(to == G711Codec.Pcmu ? G711Codec.Pcma : G711Codec.Pcmu, to, payload);
    }

    private static Span<byte> Copy(MediaWorker worker, ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(worker.Outgoing);
        return worker.Outgoing[..packet.Length];
    }
}
