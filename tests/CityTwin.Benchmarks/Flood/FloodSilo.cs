using System.Diagnostics;
using System.Security.Cryptography;
using CityTwin.Core.Access;
using CityTwin.Testing;
using Grpc.Net.Client;

namespace CityTwin.Benchmarks.Flood;

/// <summary>The silo as it ships, in a process of its own with its embedded broker, at which each device shows a key of its own.</summary>
internal sealed class FloodSilo : IAsyncDisposable
{
    private const string Program = "../../CityTwin.Silo/release/CityTwin.Silo.dll";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-flood-").FullName;
    private readonly int _grpcPort = Mosquitto.FreePort();
    private readonly int _httpPort = Mosquitto.FreePort();
    private readonly List<ApiKey> _kept = [];
    private readonly string _viewer;
    private Process _process = null!;

    private FloodSilo() => _viewer = Key("viewer", Roles.Viewer, null);

    public int MqttPort { get; } = Mosquitto.FreePort();

    /// <summary>What of its memory is in use, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <param name="devices">The sensors that have keys.</param>
    /// <returns>The silo, and the key of each.</returns>
    public static async Task<(FloodSilo Silo, IReadOnlyList<string> Keys)> Start(IReadOnlyList<string> devices, CancellationToken cancellation)
    {
        var silo = new FloodSilo();
        var keys = devices.Select(device => silo.Key(device, Roles.Device, device)).ToList();
        var file = Path.Combine(silo._folder, "keys.json");
        await File.WriteAllBytesAsync(file, KeyFile.Write(silo._kept), cancellation);
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, Program), "--no-feed", "--data", Path.Combine(silo._folder, "data"),
            "--http-port", $"{silo._httpPort}", "--grpc-port", $"{silo._grpcPort}", "--mqtt-port", $"{silo.MqttPort}",
        ])
        { RedirectStandardOutput = true };
        start.Environment["CITYTWIN_KEYS_FILE"] = file;
        silo._process = Process.Start(start)!;
        silo._process.OutputDataReceived += (_, _) => { };
        silo._process.BeginOutputReadLine();
        await silo.Serves(cancellation);
        return (silo, keys);
    }

    public GrpcChannel Connect() => GrpcChannel.ForAddress($"http://127.0.0.1:{_grpcPort}", new() { HttpHandler = new Bearer(_viewer, new SocketsHttpHandler()) });

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Key(string name, Roles roles, string? sensor)
    {
        var (key, kept) = ApiKey.Make(
            RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), name, [new(roles, ZoneScope.Everything)]);
        _kept.Add(sensor is null ? kept : kept with { Sensor = new(sensor) });
        return key;
    }

    private async Task Serves(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync($"http://127.0.0.1:{_httpPort}/readyz", cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
            }

            await Task.Delay(Look, cancellation);
        }
    }
}
