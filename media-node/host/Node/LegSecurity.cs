using System.Security.Cryptography;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.MediaNode.Node;

/// <summary>Whether and how one INVITE's media is encrypted: the policy of its agent or trunk, put into descriptions
/// (SDES, RFC 4568; RFC 8643).</summary>
/// <remarks>Keys stand in the SDP: who requires encryption requires TLS below it (RFC 4568 section 8.3).</remarks>
internal sealed class LegSecurity
{
    private readonly MediaSecurity _sdp;
    private readonly bool _isPossible;

    /// <param name="policy">Of the agent or trunk.</param>
    /// <param name="isSignallingSecure">Its signalling runs over TLS.</param>
    public LegSecurity(EncryptionPolicy policy, bool isSignallingSecure)
    {
        _isPossible = policy != EncryptionPolicy.Require || (isSignallingSecure && SrtpSuite.IsSupported);
        _sdp = new MediaSecurity(Effective(policy), RandomNumberGenerator.Fill);
        Refusal = _isPossible ? null : "Encryption is required here, and keys are taken over TLS only";
    }

    /// <summary>Why an offer was refused for its encryption, in words for a Warning header; null: it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Lines beside audio of the last offer that were refused for their encryption, or the want of
    /// it.</summary>
    public int LinesRefused { get; private set; }

    /// <summary>False: nothing may be offered or answered.</summary>
    public bool IsPossible => _isPossible;

    /// <param name="isDatagram">Few suites, so that the INVITE stays small.</param>
    public SessionDescription Offer(SessionDescription ours, bool isDatagram) =>
        _sdp.Offer(ours, isDatagram ? SdesSuite.Few : SdesSuite.All);

    /// <summary>What this offer is answered with; false: it is refused, and <see cref="Refusal"/> says why.</summary>
    public bool TryAnswer(
        OfferAnswer standing, SessionDescription offer, SessionDescription ours, out SessionDescription answerable)
    {
        answerable = ours;
        LinesRefused = 0;
        if (!_isPossible) return false;

        Refusal = _sdp.Answer(standing, offer, ours, out answerable) switch
        {
            SecurityRefusal.None => null,
            SecurityRefusal.PlainOffered => "Encryption is required here",
            SecurityRefusal.EncryptionOffered => "Encryption is not allowed here",
            _ => "No crypto attribute that is supported",
        };
        LinesRefused = ours.Media.Length - answerable.Media.Length;
        return Refusal is null;
    }

    /// <summary>What was agreed, with its keys; null when that is less than the policy wants.</summary>
    public LegMedia? Secure(OfferAnswer exchange, LegMedia agreed)
    {
        var section = exchange.Negotiated()!.SectionIndex;
        return TrySecure(exchange, section, out var crypto) ? agreed with { Crypto = crypto } : null;
    }

    /// <summary>The keys of one m= line, null where it is plain; false when that is less than the policy
    /// wants.</summary>
    public bool TrySecure(OfferAnswer exchange, int section, out LegCrypto? crypto)
    {
        crypto = null;
        if (!_sdp.IsAcceptable(exchange, section)) return false;

        if (_sdp.Policy != SecurityPolicy.Forbid && MediaSecurity.Agreed(exchange, section) is { } keys)
        {
            crypto = LegKeys.Of(keys);
        }

        return true;
    }

    private static SecurityPolicy Effective(EncryptionPolicy policy) => policy switch
    {
        EncryptionPolicy.Require => SecurityPolicy.Require,
        EncryptionPolicy.Prefer when SrtpSuite.IsSupported => SecurityPolicy.Prefer,
        _ => SecurityPolicy.Forbid,
    };
}
