using System.Reflection;
using System.Runtime.InteropServices;

namespace OrleansAcd.Audio;

/// <summary>The functions of libopus that are used here, found at run time: where the library is missing, Opus is not
/// offered.</summary>
internal static unsafe partial class OpusLibrary
{
    public const int ApplicationVoip = 2_048;
    public const int SetMaxBandwidth = 4_004;
    public const int SetBitrate = 4_002;
    public const int SetComplexity = 4_010;
    public const int SetInbandFec = 4_012;
    public const int SetDtx = 4_016;
    public const int SetSignal = 4_024;
    public const int ResetState = 4_028;
    public const int Narrowband = 1_101;
    public const int Wideband = 1_103;
    public const int Voice = 3_001;

    private const string Name = "opus";

    private static readonly string[] FileNames =
        ["libopus.so.0", "libopus.so", "libopus.0.dylib", "libopus.dylib", "opus.dll", "libopus-0.dll"];

    private static readonly nint Library = Load();

    static OpusLibrary() => NativeLibrary.SetDllImportResolver(typeof(OpusLibrary).Assembly, Resolve);

    /// <summary>Whether the library is here.</summary>
    public static bool IsPresent => Library != 0;

    [LibraryImport(Name, EntryPoint = "opus_encoder_create")]
    public static partial nint CreateEncoder(int sampleRateHz, int channels, int application, out int error);

    [LibraryImport(Name, EntryPoint = "opus_encoder_destroy")]
    public static partial void DestroyEncoder(nint encoder);

    [LibraryImport(Name, EntryPoint = "opus_encoder_ctl")]
    public static partial int ControlEncoder(OpusEncoderHandle encoder, int request, int value);

    [LibraryImport(Name, EntryPoint = "opus_encode")]
    public static partial int Encode(
        OpusEncoderHandle encoder, short* pcm, int frameSamples, byte* payload, int payloadBytesMax);

    [LibraryImport(Name, EntryPoint = "opus_decoder_create")]
    public static partial nint CreateDecoder(int sampleRateHz, int channels, out int error);

    [LibraryImport(Name, EntryPoint = "opus_decoder_destroy")]
    public static partial void DestroyDecoder(nint decoder);

    [LibraryImport(Name, EntryPoint = "opus_decoder_ctl")]
    public static partial int ControlDecoder(OpusDecoderHandle decoder, int request);

    [LibraryImport(Name, EntryPoint = "opus_decode")]
    public static partial int Decode(
        OpusDecoderHandle decoder, byte* payload, int payloadBytes, short* pcm, int samplesMax, int decodeFec);

    private static nint Load()
    {
        foreach (var file in FileNames)
        {
            if (NativeLibrary.TryLoad(file, out var library)) return library;
        }

        return 0;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Name ? Library : 0;
}

/// <summary>The state of an encoder in libopus.</summary>
internal sealed class OpusEncoderHandle : SafeHandle
{
    public OpusEncoderHandle(int sampleRateHz, int channels)
        : base(0, ownsHandle: true) =>
        SetHandle(OpusLibrary.CreateEncoder(sampleRateHz, channels, OpusLibrary.ApplicationVoip, out _));

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        OpusLibrary.DestroyEncoder(handle);
        return true;
    }
}

/// <summary>The state of a decoder in libopus.</summary>
internal sealed class OpusDecoderHandle : SafeHandle
{
    public OpusDecoderHandle(int sampleRateHz)
        : base(0, ownsHandle: true) => SetHandle(OpusLibrary.CreateDecoder(sampleRateHz, 1, out _));

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        OpusLibrary.DestroyDecoder(handle);
        return true;
    }
}
