using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityTwin.Core.Model;
using CityTwin.Import;
using CityTwin.Testing;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace CityTwin.Benchmarks.Ingest;

/// <summary>
/// The silo as it ships, in a process of its own, with an external broker. It stands still while it is stopped by signal,
/// and what it has made durable is read from its database.
/// </summary>
internal sealed class IngestSilo : IAsyncDisposable
{
    public const string ClientId = "citytwin-ingest";

    private const string Program = "../../CityTwin.Silo/release/CityTwin.Silo.dll";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-ingest-").FullName;
    private readonly int _grpcPort = Mosquitto.FreePort();
    private readonly HttpClient _http = new() { BaseAddress = new($"http://127.0.0.1:{Mosquitto.FreePort()}/") };
    private readonly int _brokerPort;
    private Process _process = null!;
    private readonly string? _postgres;
    private DbConnection _database = null!;
    private long _counted;

    private readonly long? _heapMax;

    private IngestSilo(int brokerPort, string? postgres, long? heapMax) => (_brokerPort, _postgres, _heapMax) = (brokerPort, postgres, heapMax);

    /// <param name="postgres">The connection string of a migrated database to keep the city in; null = a folder.</param>
    /// <param name="heapMax">Bytes that its heap may hold, as in a container with a limit; null = what the machine has.</param>
    public static async Task<IngestSilo> Start(City city, int brokerPort, CancellationToken cancellation, string? postgres = null, long? heapMax = null)
    {
        var silo = new IngestSilo(brokerPort, postgres, heapMax);
        var folder = Path.Combine(silo._folder, "city");
        CityWriter.Write(city).WriteTo(folder);
        silo.Launch("--city", folder);
        await silo.Serves(cancellation);
        silo._database = postgres is null
            ? new SqliteConnection($"Data Source={Path.Combine(silo._folder, "data", "citytwin.db")};Mode=ReadOnly")
            : new NpgsqlConnection(postgres);
        silo._database.Open();
        silo._counted = silo.Head;
        return silo;
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Starts it again on what it has kept, and returns once it serves.</summary>
    public Task StartAgain(CancellationToken cancellation)
    {
        Launch();
        return Serves(cancellation);
    }

    /// <summary>The whole process stands still, and the broker sends no more than the window.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>
    /// Goes on until as many readings are durable. The acknowledgements of the last group follow at once; that none is
    /// missing is asked of the broker in the end.
    /// </summary>
    /// <param name="tell">Is told now and then how many are.</param>
    public async Task<Drain> Drain(int readings, CancellationToken cancellation, Action<long>? tell = null)
    {
        var (began, cpu, durable, told) = (Stopwatch.GetTimestamp(), _process.TotalProcessorTime, 0L, Stopwatch.GetTimestamp());
        Signal("CONT");
        while (durable < readings)
        {
            await Task.Delay(Look, cancellation);
            durable += NewlyDurable();
            if (tell is not null && Stopwatch.GetElapsedTime(told) > Progress)
            {
                told = Stopwatch.GetTimestamp();
                tell(durable);
            }
        }

        var took = Stopwatch.GetElapsedTime(began);
        _process.Refresh();
        return new(readings, took, _process.TotalProcessorTime - cpu);
    }

    /// <summary>From the start of its process until it served.</summary>
    public TimeSpan ServedAfter { get; private set; }

    /// <summary>How many grains of a kind have woken in it since it started.</summary>
    public async Task<long> Woken(string grainType, CancellationToken cancellation)
    {
        var metrics = await _http.GetStringAsync("metrics", cancellation);
        var counted = Regex.Match(metrics, $"^orleans_catalog_activation_created_total\\{{[^}}]*grain_type=\"{grainType}\"[^}}]*\\}} (\\d+)", RegexOptions.Multiline);
        return counted.Success ? long.Parse(counted.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>What of its memory is in use, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>A connection of its own to its gRPC port.</summary>
    public GrpcChannel Connect() => GrpcChannel.ForAddress(
        $"http://127.0.0.1:{_grpcPort}", new() { HttpHandler = new Bearer(_http.DefaultRequestHeaders.Authorization!.Parameter, new SocketsHttpHandler()) });

    /// <summary>When the rows of the change log beyond a place were committed, in the order of their sequences.</summary>
    public List<(long Seq, DateTimeOffset At)> CommitsAfter(long seq)
    {
        using var command = _database.CreateCommand();
        command.CommandText = $"select seq, at from changes where seq > {seq} order by seq";
        using var rows = command.ExecuteReader();
        var commits = new List<(long, DateTimeOffset)>();
        while (rows.Read())
        {
            commits.Add((rows.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1))));
        }

        return commits;
    }

    /// <summary>How many grains hold tells by what is stored: those a start wakes, to deliver them.</summary>
    public long HoldingTells => Scalar("select count(*) from published where kind = 'outbox'");

    /// <summary>The newest sequence of its change log.</summary>
    public long Head => Scalar("select head from change_head");

    /// <summary>Whether the view knows of no sensor that has never reported.</summary>
    public async Task<bool> HaveAllReported(CancellationToken cancellation)
    {
        var page = await _http.GetFromJsonAsync<JsonElement>("v1/sensors?pageSize=1&filter=quality=NEVER_REPORTED", cancellation);
        return page.GetProperty("sensors").GetArrayLength() == 0;
    }

    /// <exception cref="InvalidOperationException">They have not, by what the view knows.</exception>
    public async Task RequireAllReported(CancellationToken cancellation)
    {
        if (!await HaveAllReported(cancellation))
        {
            throw new InvalidOperationException("Of some sensors the view knows no value.");
        }
    }

    /// <summary>Every sensor shows the last reading that was sent.</summary>
    public async Task RequireAllStored(IReadOnlyDictionary<SensorId, long> sent, CancellationToken cancellation)
    {
        var token = "";
        do
        {
            var page = await _http.GetFromJsonAsync<JsonElement>($"v1/sensors?pageSize=1000&pageToken={Uri.EscapeDataString(token)}", cancellation);
            foreach (var sensor in page.GetProperty("sensors").EnumerateArray())
            {
                var id = new SensorId(sensor.GetProperty("name").GetString()!["sensors/".Length..]);
                if (sent.TryGetValue(id, out var last) && sensor.GetProperty("sequence").GetInt64() != last)
                {
                    throw new InvalidOperationException($"Sensor {id} shows {sensor.GetProperty("sequence")}, but {last} was sent.");
                }
            }

            token = page.GetProperty("nextPageToken").GetString()!;
        }
        while (token.Length > 0);
    }

    public async Task Stop(CancellationToken cancellation)
    {
        Signal("TERM");
        await _process.WaitForExitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
        await _database.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private void Launch(params string[] more)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, Program), "--no-feed", "--data", Path.Combine(_folder, "data"),
            "--http-port", $"{_http.BaseAddress!.Port}", "--grpc-port", $"{_grpcPort}", .. more,
        ])
        { RedirectStandardOutput = true };
        start.Environment["CITYTWIN_MQTT_HOST"] = "127.0.0.1";
        start.Environment["CITYTWIN_MQTT_PORT"] = $"{_brokerPort}";
        start.Environment["CITYTWIN_MQTT_CLIENT_ID"] = ClientId;
        if (_heapMax is { } most)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = most.ToString("x", CultureInfo.InvariantCulture);
        }

        if (_postgres is not null)
        {
            start.Environment["CITYTWIN_POSTGRES"] = _postgres;
            // One session, as the bare subscriber has: while it stands still, no more than one window lies ready for it.
            start.Environment["CITYTWIN_MQTT_SLOTS"] = "1";
            Array.ForEach(["--silo-port", $"{Mosquitto.FreePort()}"], start.ArgumentList.Add);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    private async Task Serves(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                LocalKey.Show(_http, _http.BaseAddress!.Port);
                using var answer = await _http.GetAsync("v1/zones", cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    ServedAfter = Stopwatch.GetElapsedTime(began);
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(Look * 10, cancellation);
            }
        }
    }

    /// <summary>Each reading that says something new writes one row of its sensor; what follows from it are other rows.</summary>
    private long NewlyDurable()
    {
        var head = Head;
        var rows = Scalar($"select count(*) from changes where seq > {_counted} and seq <= {head} and kind = 'sensor'");
        _counted = head;
        return rows;
    }

    private long Scalar(string sql)
    {
        using var command = _database.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), null);
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }
}
