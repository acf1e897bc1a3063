using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OrleansAcd.Rtp.Srtp;
using Xunit;

namespace OrleansAcd.Tests.Conformance.Rtp;

/// <summary>Against Cisco's libsrtp2, where it is installed: what one side protects the other opens, both ways, RTP and
/// RTCP, across a rollover.</summary>
public sealed partial class SrtpLibraryTests
{
    private const string Library = "libsrtp2.so.1";
    private const uint Ssrc = 0x1234_5678;

    public static TheoryData<string> Suites => [.. SrtpSuite.All.Select(suite => suite.Name)];

    [SkippableTheory]
    [MemberData(nameof(Suites))]
    public void BothImplementationsUnderstandEachOther(string name)
    {
        Skip.IfNot(NativeLibrary.TryLoad(Library, out _), "no libsrtp2 here");
        Init();
        var suite = SrtpSuite.Find(name)!;
        var master = new byte[suite.MasterBytes];
        new Random(5).NextBytes(master);
        Assert.True(SrtpKey.TryCreate(suite, master, out var key));
        using var sender = new SrtpSender(key);
        using var receiver = new SrtpReceiver(key);
        var (theirSender, theirReceiver) = (Create(suite, master, 3), Create(suite, master, 2));
        for (var i = 65_500; i < 65_600; i++)
        {
            var rtp = Rtp((ushort)i);
            Assert.Equal(rtp, TheyOpen(theirReceiver, WeProtect(sender, rtp), Unprotect));
            Assert.Equal(rtp, WeOpen(receiver, TheyProtect(theirSender, rtp, Protect)));
            var rtcp = Rtcp();
            Assert.Equal(rtcp, TheyOpen(theirReceiver, WeProtectRtcp(sender, rtcp), UnprotectRtcp));
            var report = TheyProtect(theirSender, rtcp, ProtectRtcp);
            Assert.Equal(SrtpVerdict.Done, receiver.OpenRtcp(report, out var length));
            Assert.Equal(rtcp, report[..length]);
        }

        Free(theirSender);
        Free(theirReceiver);
    }

    private delegate int Native(nint session, byte[] packet, ref int length);

    private static byte[] WeProtect(SrtpSender sender, byte[] packet)
    {
        var (buffer, length) = (Room(packet), packet.Length);
        Assert.Equal(SrtpVerdict.Done, sender.ProtectRtp(buffer, ref length));
        return buffer[..length];
    }

    private static byte[] WeProtectRtcp(SrtpSender sender, byte[] packet)
    {
        var (buffer, length) = (Room(packet), packet.Length);
        Assert.Equal(SrtpVerdict.Done, sender.ProtectRtcp(buffer, ref length));
        return buffer[..length];
    }

    private static byte[] WeOpen(SrtpReceiver receiver, byte[] packet)
    {
        Assert.Equal(SrtpVerdict.Done, receiver.OpenRtp(packet, out var length));
        return packet[..length];
    }

    private static byte[] TheyProtect(nint session, byte[] packet, Native protect)
    {
        var (buffer, length) = (Room(packet), packet.Length);
        Assert.Equal(0, protect(session, buffer, ref length));
        return buffer[..length];
    }

    private static byte[] TheyOpen(nint session, byte[] packet, Native open)
    {
        var (buffer, length) = (Room(packet), packet.Length);
        Assert.Equal(0, open(session, buffer, ref length));
        return buffer[..length];
    }

    private static byte[] Room(byte[] packet)
    {
        var buffer = new byte[packet.Length + 160];
        packet.CopyTo(buffer, 0);
        return buffer;
    }

    private static byte[] Rtp(ushort sequence)
    {
        var packet = new byte[172];
        new Random(sequence).NextBytes(packet);
        (packet[0], packet[1]) = (0x80, 0);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), Ssrc);
        return packet;
    }

    private static byte[] Rtcp()
    {
        var packet = new byte[28];
        (packet[0], packet[1], packet[3]) = (0x80, 200, 6);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), Ssrc);
        return packet;
    }

    /// <param name="source">ssrc_any_inbound is 2, ssrc_any_outbound 3.</param>
    private static nint Create(SrtpSuite suite, byte[] master, int source)
    {
        var pinned = GCHandle.Alloc(master, GCHandleType.Pinned);
        var policy = new Policy { SourceType = source, Key = pinned.AddrOfPinnedObject(), WindowSize = 128 };
        foreach (var rtp in (bool[])[true, false])
        {
            var crypto = Crypto(suite, rtp ? suite.RtpTagBytes : suite.RtcpTagBytes);
            if (rtp) policy.Rtp = crypto;
            else policy.Rtcp = crypto;
        }

        Assert.Equal(0, New(out var session, ref policy));
        pinned.Free();
        return session;
    }

    /// <summary>Identifiers of srtp.h: AES-ICM 128 is 1, 256 is 5; GCM 6 and 7; HMAC-SHA1 is 3; services
    /// 3.</summary>
    private static CryptoPolicy Crypto(SrtpSuite suite, int tagBytes) => new()
    {
        Cipher = suite.IsAead ? (suite.KeyBytes == 16 ? 6 : 7) : (suite.KeyBytes == 16 ? 1 : 5),
        CipherKeyBytes = suite.MasterBytes,
        Authentication = suite.IsAead ? 0 : 3,
        AuthenticationKeyBytes = suite.IsAead ? 0 : 20,
        TagBytes = tagBytes,
        Services = 3,
    };

    [StructLayout(LayoutKind.Sequential)]
    private struct CryptoPolicy
    {
        public int Cipher;
        public int CipherKeyBytes;
        public int Authentication;
        public int AuthenticationKeyBytes;
        public int TagBytes;
        public int Services;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Policy
    {
        public int SourceType;
        public uint Source;
        public CryptoPolicy Rtp;
        public CryptoPolicy Rtcp;
        public nint Key;
        public nint Keys;
        public nuint KeyCount;
        public nint Deprecated;
        public nuint WindowSize;
        public int AllowRepeat;
        public nint EncryptedExtensions;
        public int EncryptedExtensionCount;
        public nint Next;
    }

    [LibraryImport(Library, EntryPoint = "srtp_init")]
    private static partial int Init();

    [LibraryImport(Library, EntryPoint = "srtp_create")]
    private static partial int New(out nint session, ref Policy policy);

    [LibraryImport(Library, EntryPoint = "srtp_dealloc")]
    private static partial int Free(nint session);

    [LibraryImport(Library, EntryPoint = "srtp_protect")]
    private static partial int Protect(nint session, byte[] packet, ref int length);

    [LibraryImport(Library, EntryPoint = "srtp_unprotect")]
    private static partial int Unprotect(nint session, byte[] packet, ref int length);

    [LibraryImport(Library, EntryPoint = "srtp_protect_rtcp")]
    private static partial int ProtectRtcp(nint session, byte[] packet, ref int length);

    [LibraryImport(Library, EntryPoint = "srtp_unprotect_rtcp")]
    private static partial int UnprotectRtcp(nint session, byte[] packet, ref int length);
}
