using System.Collections.Immutable;
using System.Security.Cryptography;
using CityTwin.Api.Access;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using Orleans.Runtime;

namespace CityTwin.Silo.Access;

/// <summary>
/// Enters in the audit log by which files this silo lets in, and takes over the file of keys whenever it changes: a revoked key
/// is refused within two seconds, and its streams end. Looked at by its content, because a mounted Kubernetes secret changes by
/// a link and tells no watcher. A file with faults changes nothing, and is told. Each silo enters what it has taken over itself;
/// no change waits for the entry, so that a key can be revoked while the database is away.
/// </summary>
internal sealed partial class PermissionWatch(
    AccessSettings access, KeyRing keys, IAudit audit, ILocalSiloDetails silo, TimeProvider time, ILogger<PermissionWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private byte[] _known = [];
    private ImmutableArray<ApiKey> _keys = [];

    /// <exception cref="StartRefusedException">The file cannot be read, or has faults.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (access.KeysFile is { } file)
        {
            _known = AccessSettings.ReadFile(file, "CITYTWIN_KEYS_FILE");
            (_keys, var faults) = KeyFile.Read(_known);
            if (faults.Length > 0)
            {
                throw new StartRefusedException($"CITYTWIN_KEYS_FILE '{file}' has {faults.Length} faults: {string.Join(" ", faults)}");
            }

            keys.Replace(_keys);
        }

        Enter("start with permissions", $"keys {(access.KeysFile is null ? "none" : HashOf(_known))}; permissions {access.PermissionsHash ?? "as shipped"}");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (access.KeysFile is not { } file)
        {
            return;
        }

        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                var now = await File.ReadAllBytesAsync(file, stoppingToken);
                if (!now.AsSpan().SequenceEqual(_known))
                {
                    _known = now;
                    Take(file, now);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It is being replaced, or has gone: the keys that were known stay until it says otherwise.
                NotRead(file, failure.Message);
            }
        }
    }

    /// <summary>The content of a file, by SHA-256.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    private void Take(string file, byte[] now)
    {
        var (read, faults) = KeyFile.Read(now);
        if (faults.Length > 0)
        {
            NotTaken(file, faults.Length, faults[0].ToString());
            return;
        }

        keys.Replace(read);
        Taken(file, read.Length);
        // The hash first: a long list of ids is cut at its end.
        Enter("take over keys", $"keys {HashOf(now)}; {KeyChanges.Between(_keys, read)}");
        _keys = read;
    }

    private void Enter(string action, string what) => audit.Report(new(
        Guid.NewGuid().ToString("N"), time.GetUtcNow(), "", AuditKind.Permission, action, null, $"silo {silo.Name}: {what}", null, "OK"));

    [LoggerMessage(3401, LogLevel.Information, "{File} has changed: {Keys} keys.")]
    private partial void Taken(string file, int keys);

    [LoggerMessage(3402, LogLevel.Error, "{File} has {Count} faults, and the keys stay as they were: {First}")]
    private partial void NotTaken(string file, int count, string first);

    [LoggerMessage(3403, LogLevel.Warning, "{File} cannot be read, and the keys stay as they were: {Problem}")]
    private partial void NotRead(string file, string problem);
}
