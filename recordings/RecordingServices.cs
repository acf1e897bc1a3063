using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansAcd.Contracts.Views;
using OrleansAcd.Recordings.Stores;

namespace OrleansAcd.Recordings;

/// <summary>Puts recordings into a host: spool, store, recovery, uploads, retention. Before the media node, so that
/// what a crash left is in order first.</summary>
public static class RecordingServices
{
    public const string FolderName = "recordings";

    public static IServiceCollection AddAcdRecordings(
        this IServiceCollection services, RecordingOptions options, string dataDirectory)
    {
        ArgumentNullException.ThrowIfNull(options);
        var root = Path.GetFullPath(options.Directory ?? Path.Combine(dataDirectory, FolderName));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IRecordingStore>(provider => Store(options, root, provider));
        services.AddSingleton(provider => new RecordingSpool(root, provider.GetRequiredService<IRecordingStore>()));
        services.AddSingleton<RecordingsService>();
        services.AddHostedService(provider => provider.GetRequiredService<RecordingsService>());
        services.AddSingleton<ISystemPart>(provider => provider.GetRequiredService<RecordingsService>());
        return services;
    }

    private static IRecordingStore Store(RecordingOptions options, string root, IServiceProvider provider)
    {
        var directory = new DirectoryStore(root);
        return options.S3 is { } s3
            ? new UploadingStore(directory, new S3Store(s3), s3, provider.GetRequiredService<TimeProvider>())
            : directory;
    }
}
