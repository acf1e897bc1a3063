using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansAcd.Gateway.Access;

/// <summary>The API key: 32 random bytes, known to people; this process and the disk know only its SHA-256.</summary>
public sealed class ApiKey
{
    private const string FileName = "api-key.sha256";
    private const int KeyCharsMax = 256;
    private readonly byte[] _hash;

    private ApiKey(byte[] hash, string? made)
    {
        _hash = hash;
        Made = made;
    }

    /// <summary>The key itself, only in the process that made it: to be shown once.</summary>
    public string? Made { get; }

    /// <summary>Reads the hash, or makes a key and writes its hash for the owner's eyes only.</summary>
    /// <exception cref="InvalidDataException">The file is not a hash: the message says what to do.</exception>
    public static ApiKey OpenOrMake(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path)) return new ApiKey(Read(path), null);

        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var hash = Hash(key);
        Write(path, hash);
        return new ApiKey(hash, key);
    }

    /// <summary>Takes as long for a wrong key as for the right one.</summary>
    public bool Is(string? key) =>
        key is { Length: > 0 and <= KeyCharsMax } && CryptographicOperations.FixedTimeEquals(Hash(key), _hash);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static byte[] Read(string path)
    {
        var text = File.ReadAllText(path).Trim();
        if (text.Length == 64 && text.All(char.IsAsciiHexDigit)) return Convert.FromHexString(text);

        throw new InvalidDataException(
            $"the API key file {path} is damaged: delete it, and a new key is made at the next start");
    }

    /// <summary>Whole or not at all: written beside, then renamed.</summary>
    private static void Write(string path, byte[] hash)
    {
        var beside = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(beside, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
