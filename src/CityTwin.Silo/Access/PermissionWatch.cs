using CityTwin.Api.Access;
using CityTwin.Core.Access;

namespace CityTwin.Silo.Access;

/// <summary>
/// Takes over the file of keys whenever it changes: a revoked key is refused within two seconds, and its streams end. Looked
/// at by its content, because a mounted Kubernetes secret changes by a link and tells no watcher. A file with faults changes
/// nothing, and is told.
/// </summary>
internal sealed partial class KeyFileWatch(string file, KeyRing keys, TimeProvider time, ILogger<KeyFileWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private byte[] _known = [];

    /// <exception cref="StartRefusedException">The file cannot be read, or has faults.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _known = AccessSettings.ReadFile(file, "CITYTWIN_KEYS_FILE");
        var (read, faults) = KeyFile.Read(_known);
        if (faults.Length > 0)
        {
            throw new StartRefusedException($"CITYTWIN_KEYS_FILE '{file}' has {faults.Length} faults: {string.Join(" ", faults)}");
        }

        keys.Replace(read);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                var now = await File.ReadAllBytesAsync(file, stoppingToken);
                if (!now.AsSpan().SequenceEqual(_known))
                {
                    _known = now;
                    Take(now);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It is being replaced, or has gone: the keys that were known stay until it says otherwise.
                NotRead(file, failure.Message);
            }
        }
    }

    private void Take(byte[] now)
    {
        var (read, faults) = KeyFile.Read(now);
        if (faults.Length > 0)
        {
            NotTaken(file, faults.Length, faults[0].ToString());
            return;
        }

        keys.Replace(read);
        Taken(file, read.Length);
    }

    [LoggerMessage(3401, LogLevel.Information, "{File} has changed: {Keys} keys.")]
    private partial void Taken(string file, int keys);

    [LoggerMessage(3402, LogLevel.Error, "{File} has {Count} faults, and the keys stay as they were: {First}")]
    private partial void NotTaken(string file, int count, string first);

    [LoggerMessage(3403, LogLevel.Warning, "{File} cannot be read, and the keys stay as they were: {Problem}")]
    private partial void NotRead(string file, string problem);
}
