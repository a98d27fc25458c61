using System.Globalization;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// Hears of the commits of other silos: told at once by the server, and looking for itself each
/// <see cref="StorageOptions.PollInterval"/>, since what is told while a connection is down is not told again. It also
/// notices when the data under the silo becomes other data.
/// </summary>
/// <param name="traced">Hears of what others commit under a trace; null = nobody.</param>
/// <param name="otherDatabase">Hears that the log is not the one that the silo began with; everything it knows may be wrong.</param>
internal sealed partial class PostgresListener(
    PostgresDatabase database, TimeProvider time, Action<StorageUnusableException> otherDatabase, ILogger<PostgresListener> log, ITracedCommits? traced = null) : IAsyncDisposable
{
    private const string Channel = "citytwin_changes";

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task? _running;

    /// <summary>Begins to listen; a second call does nothing.</summary>
    public void Start()
    {
        if (Volatile.Read(ref _running) is null)
        {
            lock (_lock)
            {
                _running ??= Task.Run(Run);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await (_running ?? Task.CompletedTask).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task Run()
    {
        var isDeaf = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(database.Options.Single);
                await connection.OpenAsync(_stop.Token).ConfigureAwait(false);
                await Listen(connection, () =>
                {
                    if (isDeaf)
                    {
                        isDeaf = false;
                        Hears();
                    }
                }).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (StorageUnusableException fault)
            {
                otherDatabase(fault);
                return;
            }
            catch (Exception fault)
            {
                if (!isDeaf)
                {
                    isDeaf = true;
                    HearsNothing(PostgresFaults.OneLine(fault));
                }

                await Task.Delay(database.Options.PollInterval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <param name="looked">Is called each time that the place of the log was read.</param>
    private async Task Listen(NpgsqlConnection connection, Action looked)
    {
        connection.Notification += (_, told) => Hear(told.Channel, told.Payload);
        await using (var listen = new NpgsqlCommand($"listen {Channel}; listen {TraceNotice.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(_stop.Token).ConfigureAwait(false);
        }

        while (true)
        {
            await Look(connection).ConfigureAwait(false);
            looked();
            var began = time.GetTimestamp();
            for (var left = database.Options.PollInterval; left > TimeSpan.Zero; left = database.Options.PollInterval - time.GetElapsedTime(began))
            {
                // In whole milliseconds, since none would be taken for "for ever".
                await connection.WaitAsync((int)Math.Ceiling(left.TotalMilliseconds), _stop.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task Look(NpgsqlConnection connection)
    {
        var known = database.Head.Value;
        var place = await LogPlace.Read(connection, _stop.Token).ConfigureAwait(false);
        if (place.Epoch == database.Epoch && place.Head < known)
        {
            // A copy of the files from before looks like the log itself, but for that: from now on it is another one.
            await using var draw = new NpgsqlCommand("update change_head set epoch = md5(gen_random_uuid()::text) where epoch = $1", connection);
            draw.Parameters.AddWithValue(place.Drawn);
            await draw.ExecuteNonQueryAsync(_stop.Token).ConfigureAwait(false);
            place = await LogPlace.Read(connection, _stop.Token).ConfigureAwait(false);
        }

        database.Require(place);
    }

    private void Hear(string channel, string told)
    {
        if (channel == TraceNotice.Channel)
        {
            if (traced is not null && TraceNotice.Parse(told) is { } notice && notice.Writer != database.Self)
            {
                traced.Heard(notice.Seq, notice.Kinds, notice.Trace);
            }

            return;
        }

        if (told.Split(' ') is [var drawn, var head] && drawn == database.Drawn && long.TryParse(head, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
        {
            database.Head.Advance(seq);
        }
    }

    [LoggerMessage(3011, LogLevel.Warning, "The database tells nothing of what other silos write, until told otherwise: {Why}")]
    private partial void HearsNothing(string why);

    [LoggerMessage(3012, LogLevel.Information, "The database tells of other silos' writes again.")]
    private partial void Hears();
}
