namespace CityTwin.Silo.Access;

/// <summary>
/// Takes over renewed certificates within a second. Looked at by their content, because a mounted Kubernetes secret changes by
/// a link and tells no watcher.
/// </summary>
internal sealed partial class CertificateWatch(TlsSettings tls, TimeProvider time, ILogger<CertificateWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (var files in tls.All)
            {
                if (files.Renew() is { } problem)
                {
                    NotTaken(files.Name, problem);
                }
            }
        }
    }

    [LoggerMessage(3411, LogLevel.Error, "{File} or its key has changed and cannot be used; the certificate of before stays: {Problem}")]
    private partial void NotTaken(string file, string problem);
}
