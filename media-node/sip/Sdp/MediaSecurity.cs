using System.Collections.Immutable;

namespace OrleansAcd.Sip.Sdp;

/// <summary>Whether media is encrypted.</summary>
public enum SecurityPolicy
{
    /// <summary>Where the peer can: RTP/SAVP taken, RTP/AVP with keys offered and taken (RFC 8643).</summary>
    Prefer,

    /// <summary>Always, else there is no media.</summary>
    Require,

    /// <summary>Never.</summary>
    Forbid,
}

/// <summary>Why an offer is not answered.</summary>
public enum SecurityRefusal
{
    None,

    /// <summary>The offer is plain and encryption is required.</summary>
    PlainOffered,

    /// <summary>The offer is encrypted and that is forbidden.</summary>
    EncryptionOffered,

    /// <summary>The offer is encrypted, with no suite, key or parameters that we take.</summary>
    NoCommonSuite,
}

/// <summary>What both sides encrypt one m= line with: same suite, each its own key.</summary>
public sealed record AgreedCrypto(CryptoAttribute Local, CryptoAttribute Remote);

/// <summary>Puts SDES into descriptions and reads it from them: RFC 4568 §5.1 and §7.1, RFC 8643.</summary>
/// <remarks>Works on what the rest of SDP made in RTP/AVP; keeps nothing: what stands is what was exchanged last. Every
/// line has keys of its own. A line beside audio that does not keep to the policy is left out, which refuses it.
/// </remarks>
/// <param name="policy">The leg's.</param>
/// <param name="fill">Where keys come from: fills a span with random bytes.</param>
public sealed class MediaSecurity(SecurityPolicy policy, Action<Span<byte>> fill)
{
    private const string Audio = "audio";
    private const string Plain = "RTP/AVP";
    private const string Secure = "RTP/SAVP";

    public SecurityPolicy Policy => policy;

    /// <summary>Our offer under the policy: each line with fresh keys, one for each suite (§5.1.1).</summary>
    public SessionDescription Offer(SessionDescription ours, ImmutableArray<SdesSuite> suites)
    {
        ArgumentNullException.ThrowIfNull(ours);
        if (policy == SecurityPolicy.Forbid) return ours;

        return ours with { Media = [.. ours.Media.Select(section => WithOffer(section, suites))] };
    }

    /// <summary>What we answer with: the profile of the section that fits, the first suite of it that we take, its tag,
    /// and our key; the one that stands while theirs does (§7.1.4).</summary>
    /// <param name="standing">The exchange before this offer is answered.</param>
    /// <param name="offer">Theirs.</param>
    /// <param name="ours">What we can do, in RTP/AVP.</param>
    /// <param name="answerable">The same, to answer this offer with.</param>
    /// <returns>Why the audio cannot be answered.</returns>
    public SecurityRefusal Answer(
        OfferAnswer standing, SessionDescription offer, SessionDescription ours, out SessionDescription answerable)
    {
        var refusal = SecurityRefusal.None;
        var media = ImmutableArray.CreateBuilder<MediaSection>(ours.Media.Length);
        foreach (var section in ours.Media)
        {
            var why = TryFit(standing, offer, section, out var fitted);
            if (section.Media == Audio) refusal = why;
            if (section.Media == Audio || why == SecurityRefusal.None) media.Add(fitted);
        }

        answerable = ours with { Media = media.ToImmutable() };
        return refusal;
    }

    /// <summary>What an m= line of a finished exchange is encrypted with; null: it is plain.</summary>
    public static AgreedCrypto? Agreed(OfferAnswer exchange, int section) =>
        exchange is { Local: { } local, Remote: { } remote }
            && section < Math.Min(local.Media.Length, remote.Media.Length)
            ? Agreed(local.Media[section], remote.Media[section], exchange.WeAnswered)
            : null;

    /// <summary>Whether an agreed line keeps to the policy: a secure profile, or Require, without keys is a
    /// failure.</summary>
    public bool IsAcceptable(OfferAnswer exchange, int section)
    {
        if (Agreed(exchange, section) is not null) return policy != SecurityPolicy.Forbid;

        var profile = exchange.Remote is { } remote && section < remote.Media.Length
            ? remote.Media[section].Protocol
            : Plain;
        return policy != SecurityPolicy.Require && !IsSecure(profile);
    }

    /// <summary>The same profile without encryption: what capabilities are written in.</summary>
    public static string PlainOf(string profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return profile.Replace("SAVP", "AVP", StringComparison.OrdinalIgnoreCase);
    }

    private MediaSection WithOffer(MediaSection section, ImmutableArray<SdesSuite> suites)
    {
        if (!section.IsRtp || section.IsRefused) return section;

        var lines = suites.Select((suite, i) => NewKey(i + 1, suite).ToAttribute());
        return section with
        {
            Protocol = policy == SecurityPolicy.Require ? Secured(section.Protocol) : section.Protocol,
            Attributes = section.Attributes.AddRange(lines),
        };
    }

    /// <summary>The offered sections of this medium and a format of ours, the encrypted ones first.</summary>
    private SecurityRefusal TryFit(
        OfferAnswer standing, SessionDescription offer, MediaSection ours, out MediaSection fitted)
    {
        var refusal = SecurityRefusal.None;
        foreach (var wantsKeys in (bool[])[true, false])
        {
            for (var i = 0; i < offer.Media.Length; i++)
            {
                var theirs = offer.Media[i];
                if (theirs.Media != ours.Media || theirs.IsRefused || !IsKnown(theirs.Protocol)) continue;
                if (FormatPairs.Find(theirs, ours).IsEmpty) continue;

                var why = Fit(standing, i, theirs, ours, wantsKeys, out fitted);
                if (why == SecurityRefusal.None) return SecurityRefusal.None;
                refusal = why;
            }
        }

        // Nothing fits: a profile that nobody offered keeps the section from being answered.
        fitted = refusal == SecurityRefusal.None ? ours : ours with { Protocol = "" };
        return refusal;
    }

    private SecurityRefusal Fit(
        OfferAnswer standing, int index, MediaSection theirs, MediaSection ours, bool wantsKeys,
        out MediaSection fitted)
    {
        fitted = ours with { Protocol = theirs.Protocol };
        var line = policy == SecurityPolicy.Forbid ? null : FirstUsable(theirs);
        if (line is not null)
        {
            fitted = fitted with { Attributes = ours.Attributes.Add(Key(standing, index, line).ToAttribute()) };
            return SecurityRefusal.None;
        }

        if (IsSecure(theirs.Protocol))
        {
            return policy == SecurityPolicy.Forbid ? SecurityRefusal.EncryptionOffered : SecurityRefusal.NoCommonSuite;
        }

        if (policy == SecurityPolicy.Require) return SecurityRefusal.PlainOffered;
        return wantsKeys ? SecurityRefusal.PlainOffered : SecurityRefusal.None;
    }

    /// <summary>§7.1.4: the key that stands goes on while theirs is the same; another key of theirs may be another
    /// device, which knows nothing of what ours has counted.</summary>
    private CryptoAttribute Key(OfferAnswer standing, int index, CryptoAttribute theirs)
    {
        var isSame = Agreed(standing, index) is { } agreed && agreed.Remote.HasKeyOf(theirs);
        return isSame ? Agreed(standing, index)!.Local.WithTag(theirs.Tag) : NewKey(theirs.Tag, theirs.Suite);
    }

    private CryptoAttribute NewKey(int tag, SdesSuite suite)
    {
        Span<byte> master = stackalloc byte[suite.MasterBytes];
        fill(master);
        return new CryptoAttribute(tag, suite, master);
    }

    /// <summary>§5.1.3: the answer has exactly one line, whose tag names the offer's.</summary>
    private static AgreedCrypto? Agreed(MediaSection local, MediaSection remote, bool weAnswered)
    {
        if (local.IsRefused || remote.IsRefused) return null;

        var (answer, offer) = weAnswered ? (local, remote) : (remote, local);
        var lines = answer.Crypto.ToList();
        if (lines.Count != 1 || CryptoAttribute.TryParse(lines[0], out var taken) != CryptoError.None) return null;

        foreach (var value in offer.Crypto)
        {
            var isTaken = CryptoAttribute.TryParse(value, out var offered) == CryptoError.None
                && offered!.Tag == taken!.Tag && offered.Suite == taken.Suite;
            if (isTaken) return weAnswered ? new AgreedCrypto(taken!, offered!) : new AgreedCrypto(offered!, taken!);
        }

        return null;
    }

    /// <summary>§5.1.2: the first that is valid and supported; lines that mean nothing to us are passed over.</summary>
    private static CryptoAttribute? FirstUsable(MediaSection section)
    {
        foreach (var value in section.Crypto)
        {
            if (CryptoAttribute.TryParse(value, out var line) == CryptoError.None) return line;
        }

        return null;
    }

    /// <summary>RFC 3551, RFC 3711, RFC 4585, RFC 5124; keys by DTLS are another profile.</summary>
    private static bool IsKnown(string profile) => profile.ToUpperInvariant() is
        "RTP/AVP" or "RTP/AVPF" or "RTP/SAVP" or "RTP/SAVPF";

    private static bool IsSecure(string profile) =>
        profile.Contains("SAVP", StringComparison.OrdinalIgnoreCase);

    private static string Secured(string profile) => profile switch
    {
        Plain => Secure,
        "RTP/AVPF" => "RTP/SAVPF",
        _ => profile,
    };
}
