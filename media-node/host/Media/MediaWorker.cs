using OrleansAcd.Audio;
using OrleansAcd.MediaCore;
using OrleansAcd.MediaNode.Io;
using OrleansAcd.Rtp;
using OrleansAcd.Rtp.Srtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>What all conversations of one loop share: the loop, ports, random numbers and the buffers of its one
/// thread.</summary>
public sealed class MediaWorker(EventLoop loop, RtpPortPool ports, TransportAddress localHost, IIdSource random)
{
    /// <summary>The largest datagram looked at: an Ethernet frame's worth.</summary>
    internal const int DatagramMaxBytes = 1_500;

    /// <summary>Frames are 20 ms long, the tick's period.</summary>
    internal const int FramesPerSecond = 50;

    private readonly byte[] _received = GC.AllocateArray<byte>(DatagramMaxBytes, pinned: true);
    private readonly byte[] _outgoing = GC.AllocateArray<byte>(DatagramMaxBytes, pinned: true);

    private readonly byte[] _sealed =
        GC.AllocateArray<byte>(DatagramMaxBytes + SrtpSuite.GrowthMaxBytes, pinned: true);

    private readonly short[] _samples = new short[AudioDecoder.PayloadSamplesMax];

    public EventLoop Loop { get; } = loop;

    public RtpPortPool Ports { get; } = ports;

    public TransportAddress LocalHost { get; } = localHost;

    public MediaOptions Options { get; init; } = MediaOptions.Default;

    internal IIdSource Random { get; } = random;

    internal Span<byte> Received => _received;

    internal Span<byte> Outgoing => _outgoing;

    /// <summary>A packet as it goes out encrypted, with room for its tag.</summary>
    internal Span<byte> Sealed => _sealed;

    /// <summary>Linear audio on its way from one stage to the next.</summary>
    internal Span<short> Samples => _samples;
}
