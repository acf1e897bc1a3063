using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;

namespace OrleansAcd.Sip.SipRec;

/// <summary>What an INVITE to a recorder has that others do not (RFC 7866 sections 6.1.1 and 9.1).</summary>
public static class SipRecRequest
{
    /// <summary>RFC 7866 section 6.1.1: the feature tag of a session recording client, in Contact.</summary>
    public const string SourceFeature = "+sip.src";

    /// <summary>Metadata, and what asks for it: as RFC 9806 names it, as RFC 7866 section 9 did, and as recorders of
    /// its drafts do.</summary>
    private static readonly string[] MetadataTypes =
        [SipRecMetadata.ContentType, "application/rs-metadata", "application/rs-metadata-request"];

    /// <summary>What a recorder may send here (RFC 7866 section 9.1).</summary>
    public static readonly string Accepted = string.Join(", ", ["application/sdp", .. MetadataTypes]);

    /// <summary>Whether it is an UPDATE that asks for a snapshot: such a one has no session description (RFC 7866
    /// section 9.2).</summary>
    public static bool IsForSnapshot(SipRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var type = request.Headers.Get(SipHeaderId.ContentType);
        return request.Method == SipMethods.Update && Array.Exists(MetadataTypes, Has) && !Has("application/sdp");

        bool Has(string wanted) => !MultipartBody.Find(type, request.Body, wanted).IsEmpty;
    }

    /// <summary>The option tag, RFC 7866 section 6.1.1.</summary>
    public static SipHeader Require => SipHeader.Of("Require", "siprec");

    /// <summary>What may come in requests of the session, a snapshot's among them.</summary>
    public static SipHeader Accept => SipHeader.Of("Accept", Accepted);

    /// <summary>Description and metadata in one body.</summary>
    public static byte[] Body(SessionDescription offer, SipRecMetadata metadata, string boundary)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(metadata);
        return MultipartBody.Write(
            boundary,
            new BodyPart("application/sdp", offer.ToBytes()),
            new BodyPart(SipRecMetadata.ContentType, metadata.ToBytes(), "recording-session"));
    }
}
