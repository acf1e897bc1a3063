using OrleansAcd.MediaCore;
using OrleansAcd.Sip.Digest;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Sip.Sdp;
using OrleansAcd.Sip.Transfer;
using Xunit;
using Xunit.Sdk;

namespace OrleansAcd.Tests.Fuzz.Sip;

/// <summary>Damaged bytes through every parser: no exception, no limit passed, and what is accepted can be
/// written.</summary>
public sealed class ParserFuzz
{
    private const int Messages = 1_000_000;
    private const int Descriptions = 200_000;
    private const int Streams = 50_000;

    private int _accepted;
    private int _answerable;

    /// <summary>The seed of a run, from ACD_FUZZ_SEED or a fixed one; every failure prints it.</summary>
    internal static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("ACD_FUZZ_SEED"), out var seed)
        ? seed : 20261122;

    [Fact]
    public void AMillionDamagedMessagesThrowNothing()
    {
        Run(Messages, Corpus.Messages(), CheckMessage);

        // Damage that is always fatal, or never, would test one path only.
        Holds(_accepted is > Messages / 20 and < Messages / 2, $"{_accepted} messages were accepted");
        Holds(_answerable > Messages / 20, $"{_answerable} could be answered 400");
    }

    [Fact]
    public void DamagedDescriptionsThrowNothing_AndAreAnswered()
        => Run(Descriptions, Corpus.Descriptions(), CheckDescription);

    [Fact]
    public void DamagedStreamsAreCutOrClosed()
    {
        using var framer = new SipStreamFramer();
        var streams = new Framers(framer);
        try
        {
            Run(Streams, Corpus.Messages(), streams.Feed);
        }
        finally
        {
            streams.Dispose();
        }
    }

    internal static void Run(int count, List<byte[]> corpus, Action<int, byte[]> check)
    {
        var seed = Seed;
        var mutator = new Mutator(corpus, seed);
        for (var i = 0; i < count; i++)
        {
            var bytes = mutator.Next().ToArray();
            try
            {
                check(i, bytes);
            }
            catch (Exception e)
            {
                var text = System.Text.Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 4000)));
                throw new XunitException($"seed {seed}, message {i}: {e}\n--- bytes\n{text}");
            }
        }
    }

    private void CheckMessage(int i, byte[] bytes)
    {
        var good = SipParser.TryParse(bytes.AsSpan(), out var message, out var error);
        Holds(good == error.Kind is SipParseErrorKind.None, "an error says why, success says none");
        if (message is null)
        {
            Holds(!good && !error.Answerable, "nothing was read, so nothing can be answered");
            return;
        }

        Holds(message.Headers.Count <= SipLimits.HeaderLinesMax * 8, "headers are bounded");
        _accepted += good ? 1 : 0;
        _answerable += !good && error.Answerable ? 1 : 0;
        if (message is SipRequest request && error.Answerable) SipWriter.ToArray(
            SipResponse.For(request, error.StatusCode, error.Reason, "t"));
        if (!good) return;

        ReadEverything(message);
        if (i % 8 != 0) return;
        var written = SipWriter.ToArray(message);
        Holds(written.Length > SipLimits.MessageBytesMax || SipParser.TryParse(written.AsSpan(), out _, out error),
            $"what was accepted is accepted as written: {error}");
    }

    private static void ReadEverything(SipMessage message)
    {
        _ = (message.From.Uri.User, message.To.Tag, message.TopVia.RPort, message.TopVia.Ttl, message.CallId,
            message.CSeq);
        _ = (message.ContentType, message.HasStarContact, message.Supports("100rel"));
        message.TryGetRSeq(out _);
        message.TryGetSessionExpires(out _);
        Holds(message.Contacts.Count <= SipLimits.ContactsMax, "contacts are bounded");
        foreach (var contact in message.Contacts)
        {
            _ = (contact.Expires, contact.QThousandths, contact.Uri.UserUnescaped,
                contact.Uri.Equals(message.From.Uri));
            _ = contact.Uri.GetHashCode();
        }

        foreach (var header in message.Headers.All(SipHeaderId.Authorization)) DigestCredentials.TryParse(header,
            out _);
        _ = DigestChallenge.ReadAll(message.Headers.All(SipHeaderId.WwwAuthenticate));
        if (message is SipRequest request) ReadTransfer(request);
        if (message.HasBody) SipFrag.TryReadStatus(message.Body.Span, out _);
        if (message.HasBody) SessionDescription.TryParse(message.Body.Span, out _);
    }

    private static void ReadTransfer(SipRequest request)
    {
        var (code, _) = ReferHeaders.TryRead(request, out var headers);
        Holds(code == 0 == headers is not null, "a REFER is read, or refused with a code");
        foreach (var header in request.Headers.All(SipHeaderId.Replaces))
        {
            if (!Replaces.TryParse(header, out var replaces)) continue;
            Holds(Replaces.TryParse(replaces.ToString(), out var again) && again == replaces,
                "a Replaces that was accepted is accepted as written");
        }
    }

    private static void CheckDescription(int i, byte[] bytes)
    {
        var error = SessionDescription.TryParse(bytes, out var offer);
        if (error is not SdpError.None) return;

        Holds(offer.Media.Length <= SdpLimits.MediaSections, "sections are bounded");
        Holds(SessionDescription.TryParse(offer.ToBytes(), out var again) is SdpError.None
            || offer.ToBytes().Length > SdpLimits.DescriptionBytes,
            "what was accepted is accepted as written");
        Holds(again.Media.Length == offer.Media.Length || again == SessionDescription.Empty,
            "writing loses no section");

        foreach (var section in offer.Media) CheckLine(section);
        var ours = AudioSdp.Describe(new AudioCapability { Address = "192.0.2.1", RtpPort = 9000 },
            SdpOrigin.Create((ulong)i, "192.0.2.1"));
        var exchange = new OfferAnswer();
        Holds(exchange.HandleOffer(offer) is OfferAnswerError.None, "an offer is taken");
        Holds(exchange.TryAnswer(ours, null, out var answer) is OfferAnswerError.None, "an offer is answered");
        Holds(answer.Media.Length == offer.Media.Length, "one section for each");
        _ = exchange.Negotiated();

        exchange = new OfferAnswer();
        exchange.TryOffer(ours, out _);
        exchange.HandleAnswer(offer);
        _ = exchange.Negotiated();
    }

    private static void CheckLine(MediaSection section)
    {
        if (ForwardedSdp.Choose(section) is not { } codec) return;

        var line = ForwardedSdp.Describe(ForwardedSdp.KindOf(section)!.Value, section.Protocol, codec, 9002, 1_000);
        Holds(line.Formats.Length == 1 && line.FormatOf(codec.Payload) is { } format && format.Matches(codec.Format),
            "a line that is passed on is described by its codec");
    }

    internal static void Holds(bool condition, string rule)
    {
        if (!condition) throw new XunitException(rule);
    }

    /// <summary>Connections: each gets damaged messages in pieces until its framer gives up, then a new one
    /// begins.</summary>
    private sealed class Framers(SipStreamFramer first) : IDisposable
    {
        private readonly SeededIdSource _bits = new(7);
        private SipStreamFramer _framer = first;

        public void Feed(int i, byte[] bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var size = Math.Min(bytes.Length - at, 1 + (int)(_bits.NextBits() % 2000));
                _framer.Push(bytes.AsSpan(at, size));
                at += size;
                if (!Drain()) return;
            }
        }

        public void Dispose() => _framer.Dispose();

        private bool Drain()
        {
            while (true)
            {
                switch (_framer.TryTake(out var message))
                {
                    case SipFrame.NeedMore:
                        Holds(_framer.BufferedBytes <= SipLimits.MessageBytesMax + 2000,
                            "a connection's buffer is bounded");
                        return true;
                    case SipFrame.Error:
                        _framer.Dispose();
                        _framer = new SipStreamFramer();
                        return false;
                    case SipFrame.Message:
                        SipParser.TryParse(message, out _, out _);
                        break;
                    default:
                        break;
                }
            }
        }
    }
}
