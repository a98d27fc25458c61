using System.Threading.Channels;
using CityTwin.Api.Reading;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CityTwin.Api.Auditing;

/// <summary>
/// Brings into the audit log what nobody waits for: refusals, sign-outs and changed permissions. While the storage is away they wait here; when too
/// many do, further ones are only counted, and an entry says how many those were.
/// </summary>
internal sealed partial class AuditQueue(IAuditLog log, ApiInstruments instruments, TimeProvider time, ILogger<AuditQueue> logger) : BackgroundService, IAudit
{
    private const int BatchMax = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Channel<AuditEntry> _waiting = Channel.CreateBounded<AuditEntry>(ApiInstruments.AuditWaitingMax);
    private long _uncounted;

    public void Report(AuditEntry reported)
    {
        var entry = reported.Bounded();
        if (entry.Kind == AuditKind.Refusal)
        {
            Refused(entry.Action, entry.On, entry.Who, entry.From, entry.Status, entry.Why);
        }

        // Counted first: it may have been entered before this goes on.
        instruments.Audited(1);
        if (!_waiting.Writer.TryWrite(entry))
        {
            instruments.Audited(-1);
            Interlocked.Increment(ref _uncounted);
        }
    }

    /// <summary>Enters what is left, as far as the storage takes it.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<AuditEntry>();
            while (batch.Count < BatchMax && _waiting.Reader.TryRead(out var entry))
            {
                batch.Add(entry);
            }

            var taken = batch.Count;

            if (Interlocked.Exchange(ref _uncounted, 0) is > 0 and var left)
            {
                batch.Add(new(
                    Guid.NewGuid().ToString("N"), time.GetUtcNow(), "", AuditKind.Refusal, "audit", null, $"{left} entries were too many to keep.", null, "RESOURCE_EXHAUSTED"));
            }

            await Enter([.. batch], stoppingToken);
            instruments.Audited(-taken);
        }
    }

    private async Task Enter(AuditEntry[] batch, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await log.Append([.. batch]);
                return;
            }
            catch (Exception failure) when (failure is SaveException or StorageUnusableException)
            {
                NotEntered(failure, batch.Length);
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(4401, LogLevel.Warning, "Refused: {Action} {On} by '{Who}' from {From}: {Status}, {Why}")]
    private partial void Refused(string action, string? on, string who, string? from, string status, string? why);

    [LoggerMessage(4402, LogLevel.Error, "{Count} entries of the audit log were not stored.")]
    private partial void NotEntered(Exception failure, int count);
}
