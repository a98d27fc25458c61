using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests;

/// <summary>A real silo on free ports with a data folder of its own. It can be killed and started again on the same data.</summary>
internal sealed partial class SiloProcess : IAsyncDisposable
{
    /// <summary>The latest lines are remembered.</summary>
    private const int SaidMax = 20_000;

    private static readonly string[] SocketTables = ["/proc/net/tcp", "/proc/net/tcp6"];
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-silo-").FullName;
    private readonly string[] _arguments;
    private readonly HttpClient _http;
    private readonly Queue<string> _said = new();
    private Process? _process;

    private SiloProcess(string[] arguments)
    {
        _arguments = arguments;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}/"), Timeout = TimeSpan.FromSeconds(10) };
    }

    public int HttpPort { get; } = Mosquitto.FreePort();

    public int GrpcPort { get; } = Mosquitto.FreePort();

    public int MqttPort { get; } = Mosquitto.FreePort();

    /// <summary>The ports of this machine that it listens on, as Linux tells: sockets that listen, by those that it has open.</summary>
    public IReadOnlyList<int> Listening()
    {
        var own = Directory.EnumerateFiles($"/proc/{_process!.Id}/fd").Select(handle => new FileInfo(handle).LinkTarget ?? "").ToHashSet();
        return [.. SocketTables.SelectMany(table => File.ReadLines(table).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(socket => socket[3] == "0A" && own.Contains($"socket:[{socket[9]}]"))
            .Select(socket => int.Parse(socket[1].Split(':')[1], System.Globalization.NumberStyles.HexNumber, null))];
    }

    /// <summary>Hears each line that it says, when it says it.</summary>
    public Action<string>? Heard { get; set; }

    /// <summary>Where other silos reach it, when it shares a city.</summary>
    public int SiloPort { get; } = Mosquitto.FreePort();

    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>What the silo keeps; others may read it while it runs.</summary>
    public string Database => Path.Combine(DataFolder, "citytwin.db");

    public HttpClient Http => _http;

    /// <summary>What of its memory is in use, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The environment of the next start: an external broker, for one.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The operator's link that was printed last.</summary>
    public string Link => PrintedLink().Matches(Said())[^1].Value;

    /// <summary>Starts a silo on an empty folder and waits until it serves.</summary>
    public static Task<SiloProcess> Start(CancellationToken cancellation, params string[] arguments) => Start(null, cancellation, arguments);

    /// <param name="broker">The external broker to use; null = the embedded one.</param>
    public static async Task<SiloProcess> Start(Mosquitto? broker, CancellationToken cancellation, params string[] arguments)
    {
        var silo = Prepare(broker, arguments);
        await silo.Run(cancellation);
        return silo;
    }

    /// <summary>Everything but the process.</summary>
    public static SiloProcess Prepare(Mosquitto? broker, params string[] arguments)
    {
        var silo = new SiloProcess(arguments);
        if (broker is not null)
        {
            silo.Environment["CITYTWIN_MQTT_HOST"] = "127.0.0.1";
            silo.Environment["CITYTWIN_MQTT_PORT"] = $"{broker.Port}";
        }

        return silo;
    }

    /// <summary>Starts the process, and waits until it serves.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        Launch();
        await Until("the silo serves /v1/zones", async () =>
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"The silo ended with {_process.ExitCode}:\n{Said()}");
            }

            if (!Environment.ContainsKey("CITYTWIN_KEYS_FILE"))
            {
                LocalKey.Show(_http, HttpPort);
            }

            using var answer = await _http.GetAsync("v1/zones", cancellation);
            return answer.IsSuccessStatusCode && Said().Contains("Ctrl+C", StringComparison.Ordinal);
        }, StartMax, cancellation);
    }

    /// <summary>Runs the program in the silo's environment for something that ends by itself.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> RunToEnd(CancellationToken cancellation, params string[] arguments)
    {
        using var process = Programs.Start(Environment, Programs.Silo, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>Starts the process, which may be killed before it has served anybody.</summary>
    public void Launch()
    {
        _process?.Dispose();
        _process = Programs.Start(
            Environment,
            Programs.Silo,
            [
                "--data", DataFolder, "--http-port", $"{HttpPort}", "--grpc-port", $"{GrpcPort}", "--mqtt-port", $"{MqttPort}",
                "--silo-port", $"{SiloPort}", .. _arguments,
            ]);
        _process.OutputDataReceived += (_, line) => Remember(line.Data);
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task Kill()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>As an orchestrator does: it has time to put things in order.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> Stop(CancellationToken cancellation)
    {
        await Signal("TERM", cancellation);
        return await Ended(cancellation);
    }

    /// <summary>Sends it a signal, such as STOP; one that has ended hears nothing.</summary>
    public async Task Signal(string name, CancellationToken cancellation)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{name}", $"{_process!.Id}"]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync(cancellation);
    }

    /// <summary>Waits until it ends by itself.</summary>
    public async Task<int> Ended(CancellationToken cancellation)
    {
        await _process!.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public async Task<JsonElement> Get(string path, CancellationToken cancellation) =>
        await _http.GetFromJsonAsync<JsonElement>(path, cancellation);

    /// <returns>The answer.</returns>
    public async Task<JsonElement> Post(string path, object body, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
        }

        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    /// <summary>The level of every segment, by id.</summary>
    /// <param name="asOf">Some instant; null = now.</param>
    public async Task<SortedDictionary<string, int>> Levels(CancellationToken cancellation, DateTimeOffset? asOf = null)
    {
        var levels = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var token = "";
        do
        {
            var page = await Get($"v1/segments?pageSize=500&pageToken={Uri.EscapeDataString(token)}{(asOf is { } then ? $"&asOfTime={Uri.EscapeDataString($"{then:O}")}" : "")}", cancellation);
            foreach (var segment in page.GetProperty("segments").EnumerateArray())
            {
                levels[segment.GetProperty("name").GetString()!["segments/".Length..]] = segment.GetProperty("levelPermille").GetInt32();
            }

            token = page.GetProperty("nextPageToken").GetString()!;
        }
        while (token.Length > 0);
        return levels;
    }

    /// <summary>What a watch of all segments says until its first checkpoint.</summary>
    public async Task<List<JsonElement>> WatchSegments(string token, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync($"v1/segments:watch?resumeToken={token}", HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        var messages = new List<JsonElement>();
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        using var lines = new StreamReader(stream);
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Trim() is { Length: > 0 } message)
            {
                messages.Add(JsonDocument.Parse(message).RootElement);
                if (messages[^1].GetProperty("kind").GetString() == "WATCH_KIND_CHECKPOINT")
                {
                    break;
                }
            }
        }

        return messages;
    }

    /// <summary>Waits for a condition; a failure to ask counts as "not yet".</summary>
    /// <param name="orElse">What is so instead, told when it never comes about.</param>
    public static async Task Until(
        string what, Func<Task<bool>> holds, TimeSpan atMost, CancellationToken cancellation, Func<string>? orElse = null)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (Stopwatch.GetElapsedTime(started) < atMost)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                last = failure;
            }

            await Task.Delay(Pause, cancellation);
        }

        throw new TimeoutException($"After {atMost}, still not: {what}.{(orElse is null ? "" : $"\n{orElse()}")}", last);
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/enter\?once=[0-9a-f]+")]
    private static partial Regex PrintedLink();

    private void Remember(string? line)
    {
        Heard?.Invoke(line ?? "");
        lock (_said)
        {
            _said.Enqueue(line ?? "");
            if (_said.Count > SaidMax)
            {
                _said.Dequeue();
            }
        }
    }

    public string Said()
    {
        lock (_said)
        {
            return string.Join('\n', _said);
        }
    }
}
