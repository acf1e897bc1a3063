using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace OrleansAcd.Recordings.Stores;

/// <summary>Recordings as objects of an S3-compatible storage: <c>PREFIX NAME</c>, and its facts as
/// <c>PREFIX NAME.json</c>.</summary>
/// <remarks>Every request is signed with its body's SHA-256 (AWS Signature Version 4). Nothing is retried
/// here.</remarks>
public sealed class S3Store : IRecordingStore, IDisposable
{
    private const string FactsSuffix = ".json";
    private const int KeysPerPage = 1_000;
    private const int PagesMax = 10_000;

    private readonly S3Options _options;
    private readonly AmazonS3Client _client;

    public S3Store(S3Options options)
    {
        _options = options;
        _client = new AmazonS3Client(
            new BasicAWSCredentials(options.AccessKey, options.SecretKey),
            new AmazonS3Config
            {
                ServiceURL = options.Endpoint,
                AuthenticationRegion = options.Region,
                ForcePathStyle = true,
                MaxErrorRetry = 0,
                Timeout = options.Timeout,

                // Servers other than Amazon's do not know the newer checksums; the signature covers the body.
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            });
    }

    public Task Put(string file, RecordingFacts facts, CancellationToken cancellation) => Guarded(async () =>
    {
        // The facts first: a recording that is listed has them.
        using var json = new MemoryStream(facts.ToBytes());
        await _client.PutObjectAsync(Request(facts.Name + FactsSuffix, "application/json", json), cancellation);
        var sound = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using (sound.ConfigureAwait(false))
        {
            await _client.PutObjectAsync(Request(facts.Name, TypeOf(facts.Name), sound), cancellation);
        }

        File.Delete(file);
        return true;
    });

    public Task<IReadOnlyList<StoredRecording>> List(
        RecordingFilter filter, string? after, int limit, CancellationToken cancellation) => Guarded(async () =>
    {
        var found = new List<StoredRecording>();
        var request = new ListObjectsV2Request
        {
            BucketName = _options.Bucket,
            Prefix = _options.Prefix + filter.Prefix,
            StartAfter = after is null ? null : _options.Prefix + after,
            MaxKeys = KeysPerPage,
        };
        for (var page = 0; page < PagesMax && found.Count < limit; page++)
        {
            var answer = await _client.ListObjectsV2Async(request, cancellation);
            foreach (var entry in answer.S3Objects ?? [])
            {
                if (found.Count < limit && NameOf(entry.Key) is { } name && filter.Takes(name))
                {
                    found.Add(new StoredRecording(name, entry.Size ?? 0));
                }
            }

            if (answer.IsTruncated != true || answer.NextContinuationToken is null) break;
            request.ContinuationToken = answer.NextContinuationToken;
        }

        return (IReadOnlyList<StoredRecording>)found;
    });

    public Task<RecordingFacts?> Find(RecordingName name, CancellationToken cancellation) => Guarded(async () =>
    {
        using var answer = await Get(name + FactsSuffix, null, cancellation);
        if (answer is null || answer.ContentLength > RecordingFacts.BytesMax) return null;

        using var json = new MemoryStream();
        var bounded = new BoundedStream(answer.ResponseStream, RecordingFacts.BytesMax);
        await using (bounded.ConfigureAwait(false))
        {
            await bounded.CopyToAsync(json, cancellation);
        }

        return RecordingFacts.TryRead(json.ToArray());
    });

    public Task<Stream?> Open(RecordingName name, long offset, long length, CancellationToken cancellation) =>
        Guarded(async () =>
        {
            var range = new ByteRange(offset, offset + length - 1);
            var answer = await Get(name.ToString(), range, cancellation);
            return answer is null ? null : (Stream?)new BoundedStream(answer.ResponseStream, length);
        });

    public Task<bool> Delete(RecordingName name, CancellationToken cancellation) => Guarded(async () =>
    {
        // Deleting what is not there is no error for S3: whether it was is asked first.
        using var there = await Get(name + FactsSuffix, null, cancellation);
        await _client.DeleteObjectAsync(_options.Bucket, KeyOf(name.ToString()), cancellation);
        await _client.DeleteObjectAsync(_options.Bucket, KeyOf(name + FactsSuffix), cancellation);
        return there is not null;
    });

    public void Dispose() => _client.Dispose();

    private static string TypeOf(string name) =>
        name.EndsWith(RecordingName.Opus, StringComparison.Ordinal) ? "audio/ogg" : "audio/wav";

    private string KeyOf(string name) => _options.Prefix + name;

    private RecordingName? NameOf(string key) =>
        key.StartsWith(_options.Prefix, StringComparison.Ordinal)
        && RecordingName.TryParse(key[_options.Prefix.Length..], out var name) ? name : null;

    private PutObjectRequest Request(string name, string type, Stream body) => new()
    {
        BucketName = _options.Bucket,
        Key = KeyOf(name),
        ContentType = type,
        InputStream = body,
        AutoCloseStream = false,
        UseChunkEncoding = false,
    };

    private async Task<GetObjectResponse?> Get(string name, ByteRange? range, CancellationToken cancellation)
    {
        try
        {
            var request = new GetObjectRequest { BucketName = _options.Bucket, Key = KeyOf(name), ByteRange = range };
            return await _client.GetObjectAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<T> Guarded<T>(Func<Task<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (Exception error) when (error is AmazonServiceException or AmazonClientException or HttpRequestException
            or IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new RecordingStoreException($"{_options.Endpoint}: {error.Message}", error);
        }
        catch (TaskCanceledException error) when (error.InnerException is TimeoutException)
        {
            throw new RecordingStoreException($"{_options.Endpoint}: timed out", error);
        }
    }
}
