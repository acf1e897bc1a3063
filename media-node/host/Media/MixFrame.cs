using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>The frame that is being made for the listeners of one room.</summary>
internal ref struct MixFrame(MediaWorker worker, int rateHz, bool isAnySpeaking, int periods, Instant now)
{
    private readonly int _samples = rateHz / MediaWorker.FramesPerSecond;
    private bool _hasSharedMu;
    private bool _hasSharedA;

    public void Send(MixEar ear)
    {
        var listener = ear.Listener;
        var packet = worker.Outgoing;
        var payload = packet[RtpHeader.FixedBytes..];
        var length = listener.Media!.Law is { } law ? EncodeLaw(ear, law, payload) : Encode(ear, payload);
        if (length == 0) return;

        AudioConversation.SendOwn(listener, packet[..(RtpHeader.FixedBytes + length)], periods, now);
    }

    private static int Active(MixEar ear)
    {
        var count = 0;
        foreach (var voice in ear.Voices)
        {
            if (voice.Source.IsActive) count++;
        }

        return count;
    }

    private int EncodeLaw(MixEar ear, G711Codec law, Span<byte> payload)
    {
        var active = Active(ear);
        payload = payload[.._samples];
        if (active == 0 && !(ear.IsFromSum && isAnySpeaking)) payload.Fill(G711.Silence(law));
        else if (active == 0) Shared(law).CopyTo(payload);
        else G711.Encode(law, Mix(ear, active), payload);
        return payload.Length;
    }

    private int Encode(MixEar ear, Span<byte> payload) =>
        ear.Listener.EnsureEncoder().Encode(Mix(ear, Active(ear)), payload);

    /// <summary>Everybody's sum, encoded when the first asks for it.</summary>
    private ReadOnlySpan<byte> Shared(G711Codec law)
    {
        var encoded = law == G711Codec.Pcmu ? worker.Mix.SharedMu : worker.Mix.SharedA;
        ref var has = ref (law == G711Codec.Pcmu ? ref _hasSharedMu : ref _hasSharedA);
        if (!has) G711.Encode(law, Saturated(worker.Mix.Sum), encoded);
        has = true;
        return encoded;
    }

    private ReadOnlySpan<short> Mix(MixEar ear, int active)
    {
        if (ear.IsFromSum && active == 1 && TryMixMinus(ear) is { IsEmpty: false } mixed) return mixed;
        if (active == 0 && ear.IsFromSum) return Saturated(worker.Mix.Sum);

        var own = worker.Mix.Own.AsSpan(0, _samples);
        if (ear.IsFromSum) worker.Mix.Sum.AsSpan(0, _samples).CopyTo(own);
        else own.Clear();
        foreach (var voice in ear.Voices)
        {
            if (!voice.Source.IsActive) continue;

            if (voice.Gain == 1) Mixer.Add(voice.Source.Frame(rateHz), own);
            else Mixer.AddScaled(voice.Source.Frame(rateHz), voice.Gain, own);
        }

        return Saturated(worker.Mix.Own);
    }

    /// <summary>Nearly always: the sum without the listener's own voice.</summary>
    private ReadOnlySpan<short> TryMixMinus(MixEar ear)
    {
        foreach (var voice in ear.Voices)
        {
            if (!voice.Source.IsActive) continue;
            if (voice.Gain != -1) return [];

            var output = worker.Mix.Output.AsSpan(0, _samples);
            Mixer.MixMinus(worker.Mix.Sum.AsSpan(0, _samples), voice.Source.Frame(rateHz), output);
            return output;
        }

        return [];
    }

    private ReadOnlySpan<short> Saturated(int[] sum)
    {
        var output = worker.Mix.Output.AsSpan(0, _samples);
        Mixer.Saturate(sum.AsSpan(0, _samples), output);
        return output;
    }
}
