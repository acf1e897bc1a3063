using System.Collections.Immutable;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>How a phone or a number is dialled, and whether keys may be told on the way there.</summary>
public sealed class DialPlanTests
{
    private static readonly TrunkSettings Trunk =
        new("provider", "sip:trunk.example", [], null, EncryptionPolicy.Prefer, null);

    /// <summary>RFC 4568 §8.3 with RFC 3327 §5.2: what counts is the first hop, which a Path names.</summary>
    [SkippableTheory]
    [InlineData("tls", "", true)]
    [InlineData("udp", "", false)]
    [InlineData("tls", "<sip:edge.example;lr>", false)]
    [InlineData("udp", "<sip:edge.example;lr;transport=tls>", true)]
    [InlineData("tls", "<sips:edge.example;lr>", true)]
    public void KeysAreRequiredOnlyWhereTheFirstHopIsTls(string transport, string path, bool isPossible)
    {
        Skip.IfNot(SrtpSuite.IsSupported, "libcrypto is not here");
        var contact = Contact("sip:carl@192.0.2.1", transport, path);

        var security = DialPlan.SecurityOf(contact, Dial(contact), null, EncryptionPolicy.Require);

        Assert.Equal(isPossible, security.IsPossible);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(1_900, false)]
    public void ANumberThatIsNoneIsNotDialled(int length, bool isDialled)
    {
        var contact = Contact($"sip:{new string('#', length)}@nowhere.invalid", "udp", "");

        var plan = DialPlan.Of(contact, Dial(contact), Trunk, "192.0.2.9:5060");

        Assert.Equal(isDialled, plan is not null);
    }

    private static PhoneContact Contact(string uri, string transport, string path) => new(
        uri, path.Length == 0 ? [] : [path], transport, "192.0.2.1:5061", new NodeId("n"), DateTimeOffset.MaxValue);

    private static Dial Dial(PhoneContact contact) => new(
        new CallId("c"), 1, 1, new LegId(2), [contact], new PartyIdentity("", "sip:s@x"),
        ImmutableArray<SipHeader>.Empty, TimeSpan.FromSeconds(15));
}
