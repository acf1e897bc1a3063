using System.Collections.Immutable;
using OrleansAcd.Audio;
using OrleansAcd.Contracts;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.SipRec;

namespace OrleansAcd.MediaNode.Recording;

/// <summary>One party's way to the recorder: an m= line, a port, an RTP stream of its own (RFC 7866 section
/// 8).</summary>
internal sealed class SipRecStream : IDisposable
{
    private const byte NotTaken = byte.MaxValue;

    private readonly RtpSocketPair _sockets;
    private readonly RelayRewriter _out;
    private readonly SipRecControl _control;
    private readonly SipRecPlace _place;
    private readonly MediaCrypto _crypto;
    private readonly bool _isSecureOnly;
    private readonly byte[] _numbers = new byte[Enum.GetValues<AudioCodecId>().Length];
    private ImmutableArray<CryptoAttribute> _keys;
    private TransportAddress _remote;

    /// <param name="fault">Told what the loop caught.</param>
    public SipRecStream(
        RecordableParty party, SipRecParticipant participant, RtpSocketPair sockets, SipRecPlace place,
        SipRecSecurity security, Action<Exception> fault)
    {
        (Leg, Party, Participant, _sockets) = (party.Leg, party.Party, participant, sockets);
        Codec = party.Party.Media!.Codec;
        _out = new RelayRewriter(place.Media.Random) { ClockHz = AudioCodecs.ClockHz(Codec) };
        (_place, _keys, _isSecureOnly) = (place, security.NewKeys(), security.IsRequiredFor(party.Party.Crypto.IsOn));
        _crypto = new MediaCrypto(place.Media);
        _control = new SipRecControl(place, sockets.Rtcp, _out, _crypto, fault);
        Array.Fill(_numbers, NotTaken);
    }

    public LegId Leg { get; }

    public MediaParty Party { get; }

    public SipRecParticipant Participant { get; }

    public AudioCodecId Codec { get; }

    public RtpSocketPair Sockets => _sockets;

    /// <summary>Its line: phones that may speak one law may speak the other.</summary>
    public SipRecLine Line => new(Participant.Label, _sockets.Port, CodecsOf(Codec))
    {
        Keys = _keys, IsSecureOnly = _isSecureOnly,
    };

    /// <summary>Whether that is still what the party speaks.</summary>
    public bool IsOf(RecordableParty party) => party.Party == Party && party.Party.Media?.Codec is { } codec
        && CodecsOf(codec)[^1] == CodecsOf(Codec)[^1];

    /// <summary>Sends there from now on; null: nowhere.</summary>
    public void Open(SipRecSink? sink)
    {
        Array.Fill(_numbers, NotTaken);
        _out.SwitchSource();
        if (sink is not null && !TrySecure(sink.Crypto)) sink = null;
        _control.Open(sink?.Rtcp);
        if (sink is null) return;

        _remote = TransportAddress.From(sink.Rtp);
        foreach (var codec in sink.Codecs)
        {
            if (IdOf(codec.Kind) is not { } id || _numbers[(int)id] != NotTaken) continue;

            _numbers[(int)id] = (byte)codec.PayloadType;
        }
    }

    /// <summary>The party is gone; the sockets may be closed.</summary>
    public void Close(Instant now) => _control.Close(now);

    public void Dispose() => _crypto.Dispose();

    /// <summary>There will be a gap that was meant: no packet is missed in it.</summary>
    public void Interrupt() => _out.SwitchSource();

    /// <param name="codec">What the packet is.</param>
    /// <param name="header">As it came.</param>
    /// <param name="payload">As it came.</param>
    /// <param name="packet">Room to make the packet in.</param>
    /// <param name="now">When it came.</param>
    /// <returns>Whether it was sent.</returns>
    public bool TrySend(
        AudioCodecId codec, in RtpHeader header, ReadOnlySpan<byte> payload, Span<byte> packet, Instant now)
    {
        var number = _numbers[(int)codec];
        if (number == NotTaken || RtpHeader.FixedBytes + payload.Length > packet.Length)
        {
            _out.Skip(header);
            return false;
        }

        payload.CopyTo(packet[RtpHeader.FixedBytes..]);
        var copied = header with { PayloadOffset = RtpHeader.FixedBytes, PayloadLength = payload.Length };
        var outgoing = _out.Rewrite(packet, copied, number, now);
        if (outgoing.IsEmpty) return false;

        var closed = _crypto.ProtectRtp(outgoing);
        return !closed.IsEmpty && _sockets.Rtp.SendTo(closed, _remote) == IoStatus.Done;
    }

    /// <summary>The first suite that is agreed stays: a key that counts packets is never begun again. What was
    /// encrypted once is not sent plain.</summary>
    private bool TrySecure(AgreedCrypto? agreed)
    {
        if (agreed is null) return !_crypto.IsOn;

        _keys = [agreed.Local];
        _crypto.Configure(LegKeys.Of(agreed), _place.Media.Loop.Now);
        return true;
    }

    private static ImmutableArray<AudioCodec> CodecsOf(AudioCodecId codec) => codec switch
    {
        AudioCodecId.Pcmu => [AudioCodec.Pcmu, AudioCodec.Pcma],
        AudioCodecId.Pcma => [AudioCodec.Pcmu, AudioCodec.Pcma],
        AudioCodecId.G722 => [AudioCodec.G722],
        AudioCodecId.Opus => [AudioCodec.Opus],
        _ => [AudioCodec.L16],
    };

    private static AudioCodecId? IdOf(AudioCodecKind kind) => kind switch
    {
        AudioCodecKind.Pcmu => AudioCodecId.Pcmu,
        AudioCodecKind.Pcma => AudioCodecId.Pcma,
        AudioCodecKind.G722 => AudioCodecId.G722,
        AudioCodecKind.Opus => AudioCodecId.Opus,
        AudioCodecKind.L16 => AudioCodecId.L16,
        _ => null,
    };
}
