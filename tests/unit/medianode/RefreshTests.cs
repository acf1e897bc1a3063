using System.Net;
using System.Threading.Channels;
using OrleansAcd.Contracts;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.MediaNode.Node;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;
using OrleansAcd.Sip.Messages;
using OrleansAcd.Streams;
using OrleansAcd.Tests.Common;
using Xunit;

namespace OrleansAcd.Tests.Unit.MediaNode;

/// <summary>A session that we refresh by re-INVITE (RFC 4028 §7.4): the phone's answer counts, as any other. The node's
/// clock is put forward.</summary>
public sealed class RefreshTests : IDisposable
{
    private const string Timer = "Supported: timer\r\nAllow: INVITE, ACK, BYE\r\nSession-Expires: 90;refresher=uas\r\n";
    private const string Key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<MediaEvent> _events = Channel.CreateUnbounded<MediaEvent>();
    private readonly PortBlock _ports = PortBlock.Take(100);
    private readonly EventLoop _loop;
    private readonly NodeWorker _worker;
    private long _aheadTicks;
    private long _sequence;

    public RefreshTests()
    {
        var bus = new LocalStreamBus();
        bus.Subscribe<MediaEvent>(MediaStreams.Events, (e, end) => _events.Writer.WriteAsync(e, end));
        _loop = new EventLoop(Network.Default, new EventLoopOptions
        {
            Clock = () => MonotonicClock.Now + TimeSpan.FromTicks(Volatile.Read(ref _aheadTicks)),
        });
        var options = new MediaNodeOptions
        {
            Sip = new IPEndPoint(IPAddress.Loopback, 0), Advertise = IPAddress.Loopback, RtpPortFirst = _ports.First,
            RtpPortLast = _ports.Last, Media = new MediaOptions(LatchPolicy.Default, TimeSpan.FromHours(1)),
        };
        var prompts = PromptLibrary.Load(new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "no-prompts")));
        _worker = new NodeWorker(
            new NodeId("clocked"), options, _loop, bus, prompts, TimeProvider.System, (_, error) => throw error);
        Assert.True(_worker.TryOpen(), _worker.Problem);
        _worker.Apply(new NodeSettings(1, "acd", []));
        _loop.Start();
    }

    public void Dispose()
    {
        _loop.Stop();
        _worker.Close();
        _loop.Dispose();
        _ports.Dispose();
    }

    [SkippableFact]
    public async Task AnotherKeyAndAddressInTheAnswerAreTaken()
    {
        Skip.IfNot(SrtpSuite.IsSupported, "libcrypto is not here");
        using var phone = new WirePhone(_worker.Edge.Local);
        using var other = new WirePhone(_worker.Edge.Local);
        var call = await Up(phone, phone.Sdp("0") + Crypto('A'));

        var refresh = await Refreshed(phone);
        phone.Respond(refresh, 200, other.Sdp("0") + Crypto('B'), "Session-Expires: 90;refresher=uac\r\n");
        await phone.Request(SipMethods.Ack);

        var media = await MediaOf(call);
        Assert.Equal((other.RtpPort, 'B'), (media.RemoteRtp.Port, KeyOf(media)));
        Assert.Equal(0, _worker.Counters.EncryptionDowngraded);
    }

    /// <summary>A refresh ends nothing: an answer without audio is not taken, and what stood goes on.</summary>
    [SkippableTheory]
    [InlineData("m=audio 0 RTP/AVP 0\r\n", 1, 0)]
    [InlineData("nonsense", 0, 1)]
    public async Task AnAnswerThatCannotBeUsedChangesNothing(string line, long notAcceptable, long bad)
    {
        Skip.IfNot(SrtpSuite.IsSupported, "libcrypto is not here");
        using var phone = new WirePhone(_worker.Edge.Local);
        var call = await Up(phone, phone.Sdp("0") + Crypto('A'));

        var refresh = await Refreshed(phone);
        var body = bad > 0 ? line : phone.Sdp("0")[..phone.Sdp("0").IndexOf("m=", StringComparison.Ordinal)] + line;
        phone.Respond(refresh, 200, body, "Session-Expires: 90;refresher=uac\r\n");
        await phone.Request(SipMethods.Ack);

        var media = await MediaOf(call);
        Assert.Equal((phone.RtpPort, 'A'), (media.RemoteRtp.Port, KeyOf(media)));
        Assert.Equal(
            (notAcceptable, bad), (_worker.Counters.OffersNotAcceptable, _worker.Counters.BadDescriptions));
    }

    /// <summary>RFC 3264 §8: fewer lines than the session has are no glare, which would be tried again.</summary>
    [Fact]
    public async Task AnOfferThatLosesALineIsNotAcceptable()
    {
        using var phone = new WirePhone(_worker.Edge.Local);
        await Up(phone, phone.Sdp("0") + "m=image 9 udptl t38\r\n");

        phone.Send(SipMethods.Invite, 2, phone.Sdp("0"));

        Assert.Equal(488, (await phone.Final(SipMethods.Invite, 2)).StatusCode);
    }

    private async Task<CallId> Up(WirePhone phone, string sdp)
    {
        phone.Send(SipMethods.Invite, 1, sdp, Timer);
        var call = (await Next<LegOffered>()).Call;
        _loop.Post(() => _worker.Execute(new Answer(call, 1, ++_sequence, LegId.Caller)));
        phone.ToTag = (await phone.Final(SipMethods.Invite, 1)).ToTag;
        phone.Send(SipMethods.Ack, 1);
        await Next<LegAnswered>();
        return call;
    }

    /// <summary>The re-INVITE at half the interval.</summary>
    private async Task<SipRequest> Refreshed(WirePhone phone)
    {
        Volatile.Write(ref _aheadTicks, TimeSpan.FromSeconds(45).Ticks);
        _loop.Post(() => { });
        return await phone.Request(SipMethods.Invite);
    }

    private async Task<LegMedia> MediaOf(CallId call)
    {
        var taken = new TaskCompletionSource<LegMedia>();
        _loop.Post(() => taken.SetResult(_worker.Find(call)!.Legs.Single().Party.Media!));
        return await taken.Task.WaitAsync(Patience);
    }

    private async Task<T> Next<T>()
        where T : MediaEvent
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await _events.Reader.ReadAsync(limit.Token) is T wanted) return wanted;
        }
    }

    private static string Crypto(char fill) => $"{Key}{new string(fill, 40)}\r\n";

    /// <summary>The letter that the phone's key is made of.</summary>
    private static char KeyOf(LegMedia media) => Convert.ToBase64String(media.Crypto!.Remote.Master)[0];
}
