using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using OrleansAcd.Audio;
using OrleansAcd.Contracts.Media;
using OrleansAcd.MediaNode.Media;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;

namespace OrleansAcd.Bench;

/// <summary>A kind of call: its parties, what they speak and who hears whom.</summary>
/// <param name="Parties">Of one call.</param>
/// <param name="Speakers">The first so many speak all the time; the others send silence.</param>
/// <param name="Stamp">A bit for each party whose packets carry the time.</param>
/// <param name="Measure">A bit for each party that is relayed to, so that it hears that time.</param>
/// <param name="Calls">As many as make 600 parties, or nearly.</param>
internal sealed record MediaMode(string Name, int Parties, int Speakers, int Stamp, int Measure, int Calls)
{
    private const int Customer = 0;
    private const int Agent = 1;

    public static readonly MediaMode Relayed = new("relayed", 2, 2, 3, 3, 300);

    public static readonly MediaMode[] All =
    [
        Relayed,
        new("recorded", 2, 2, 3, 3, 300) { RecordedAs = RecordingFormat.Wav },
        new("recorded-opus", 2, 2, 3, 3, 300) { RecordedAs = RecordingFormat.Opus },
        new("srtp-one", 2, 2, 3, 3, 300) { Suites = [SrtpSuite.AesCm128HmacSha1Tag80, null] },
        new("srtp-both", 2, 2, 3, 3, 300) { Suites = [SrtpSuite.AesCm128HmacSha1Tag80] },
        new("srtp-gcm", 2, 2, 3, 3, 300) { Suites = [SrtpSuite.AeadAes128Gcm] },
        new("transcoded-g711", 2, 2, 0, 0, 300) { Codecs = [AudioCodecId.Pcmu, AudioCodecId.Pcma] },
        new("transcoded-g722", 2, 2, 0, 0, 300) { Codecs = [AudioCodecId.Pcmu, AudioCodecId.G722] },
        new("monitored", 3, 2, 3, 3, 200) { Cells = [(0, 1), (1, 0), (2, 0), (2, 1)] },
        new("whispered", 3, 3, 2, 1, 200) { Cells = [(0, 1), (1, 0), (1, 2), (2, 0), (2, 1)] },
        new("conference-3", 3, 3, 0, 0, 200) { Cells = Everybody(3) },
        new("conference-10", 10, 3, 0, 0, 60) { Cells = Everybody(10) },
        new("conference-10-all-speak", 10, 10, 0, 0, 60) { Cells = Everybody(10) },
        new("conference-50", 50, 3, 0, 0, 12) { Cells = Everybody(50) },
    ];

    /// <summary>Of each party; the last one's go on.</summary>
    public AudioCodecId[] Codecs { get; init; } = [AudioCodecId.Pcmu];

    /// <summary>What each party encrypts with, null for nothing; the last one's go on.</summary>
    public SrtpSuite?[] Suites { get; init; } = [null];

    /// <summary>All the time, a channel for each party; null: not at all.</summary>
    public RecordingFormat? RecordedAs { get; init; }

    public bool IsEncrypted => Array.Exists(Suites, suite => suite is not null);

    /// <summary>Whether this system has what it needs.</summary>
    public bool IsAvailable =>
        Codecs.All(AudioCodecs.IsAvailable) && (!IsEncrypted || SrtpSuite.IsSupported)
        && (RecordedAs != RecordingFormat.Opus || AudioCodecs.IsAvailable(AudioCodecId.Opus));

    /// <summary>Listener and speaker.</summary>
    public (int Listener, int Speaker)[] Cells { get; init; } = [(Customer, Agent), (Agent, Customer)];

    public static MediaMode? Find(string name) => Array.Find(All, mode => mode.Name == name);

    /// <summary>Makes one such call; whoever speaks first becomes a party's peer.</summary>
    public AudioConversation Build(MediaWorker worker, IConversationObserver observer)
    {
        var conversation = new AudioConversation(worker, observer);
        for (var i = 0; i < Parties; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            if (conversation.TryAddParty(name, out var party) != MediaRefusal.None) throw new IOException("no port left");

            // The load's own ports are not known before it speaks: any port of this host will do.
            var remote = TransportAddress.From(IPAddress.Loopback, 9);
            var codec = Codecs[Math.Min(i, Codecs.Length - 1)];
            var crypto = Crypto(Suites[Math.Min(i, Suites.Length - 1)]);
            conversation.Configure(
                party!, new LegMedia(codec, 0, 101, remote, default, MediaDirection.SendReceive) { Crypto = crypto });
        }

        var parties = conversation.Parties;
        conversation.SetMatrix(
            [.. Cells.Select(cell => new MatrixCell(parties[cell.Listener], parties[cell.Speaker]))]);
        return conversation;
    }

    private static LegCrypto? Crypto(SrtpSuite? suite) => suite is null ? null : new LegCrypto(Key(suite), Key(suite));

    private static SrtpKey Key(SrtpSuite suite) =>
        SrtpKey.TryCreate(suite, RandomNumberGenerator.GetBytes(suite.MasterBytes), out var key)
            ? key
            : throw new InvalidOperationException("a key of another length");

    private static (int, int)[] Everybody(int parties) =>
    [
        .. from listener in Enumerable.Range(0, parties)
           from speaker in Enumerable.Range(0, parties)
           where listener != speaker
           select (listener, speaker),
    ];
}
