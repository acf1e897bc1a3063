namespace OrleansAcd.Rtp;

/// <summary>What a relay does with a packet, by its payload type.</summary>
public enum PayloadAction
{
    /// <summary>Not negotiated.</summary>
    Drop,

    /// <summary>Audio in the codec that the listener takes.</summary>
    Audio,

    /// <summary>Audio in the other law.</summary>
    TranscodeAudio,

    /// <summary>Telephone-event (RFC 4733).</summary>
    TelephoneEvent,

    /// <summary>How the silence sounds that begins (RFC 3389): no time of its own.</summary>
    ComfortNoise,
}

/// <summary>Payload types of one direction of a relay: those the speaker sends and those the listener
/// expects.</summary>
/// <remarks>Numbers differ a leg: dynamic telephone-event types always may (RFC 3264 §5.1). <c>SourceOtherLaw</c> is
/// the static type of the law that the speaker was not asked for but may send, <c>HasComfortNoise</c> what both
/// agreed to.</remarks>
public readonly record struct PayloadMap(
    byte SourceAudio,
    byte TargetAudio,
    bool IsTranscoded,
    byte? SourceTelephoneEvent,
    byte? TargetTelephoneEvent,
    byte? SourceOtherLaw = null,
    bool HasComfortNoise = false)
{
    /// <summary>What to do with a packet of this type; <paramref name="target"/> is the type to send it with.</summary>
    public PayloadAction Find(byte source, out byte target)
    {
        if (source == SourceAudio)
        {
            target = TargetAudio;
            return IsTranscoded ? PayloadAction.TranscodeAudio : PayloadAction.Audio;
        }

        if (source == SourceOtherLaw)
        {
            target = TargetAudio;
            return IsTranscoded ? PayloadAction.Audio : PayloadAction.TranscodeAudio;
        }

        if (source == PayloadType.ComfortNoise && HasComfortNoise)
        {
            target = PayloadType.ComfortNoise;
            return PayloadAction.ComfortNoise;
        }

        target = TargetTelephoneEvent.GetValueOrDefault();
        return source == SourceTelephoneEvent && TargetTelephoneEvent is not null
            ? PayloadAction.TelephoneEvent
            : PayloadAction.Drop;
    }
}
