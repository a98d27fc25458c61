using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CityTwin.Testing;

/// <summary>A real mosquitto on a free port, with a folder of its own; it ends with this object.</summary>
public sealed class Mosquitto : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(15);
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-mosquitto-").FullName;
    private readonly bool _keepsOverRestart;
    private readonly Func<string, string>? _settings;
    private Process? _process;

    private Mosquitto(int port, bool keepsOverRestart, Func<string, string>? settings) =>
        (Port, _keepsOverRestart, _settings) = (port, keepsOverRestart, settings);

    public int Port { get; }

    /// <summary>
    /// Starts a broker that drops nothing that waits for a subscriber: by default mosquitto acknowledges to the publisher
    /// and then drops what goes beyond 1,000 waiting messages.
    /// </summary>
    /// <param name="keepsOverRestart">Whether it keeps its sessions over a restart, by writing them out each second.</param>
    /// <param name="settings">Gives further lines of its configuration at each start; files they name go into the folder given.</param>
    public static async Task<Mosquitto> Start(
        CancellationToken cancellation, bool keepsOverRestart = true, Func<string, string>? settings = null)
    {
        var broker = new Mosquitto(FreePort(), keepsOverRestart, settings);
        await broker.Run(cancellation);
        return broker;
    }

    /// <summary>A port of 127.0.0.1 that nobody listens on, and that nobody here was given before: whoever has it may not listen yet.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (Given.TryAdd(port, true))
            {
                return port;
            }
        }
    }

    /// <summary>Runs one of the mosquitto programs to its end and gives its output.</summary>
    public static async Task<string> Command(string program, CancellationToken cancellation, params string[] arguments)
    {
        using var process = Launch(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program}: {await errors}");
    }

    /// <summary>Kills the broker and starts it again on the same port.</summary>
    public async Task Restart(CancellationToken cancellation)
    {
        await Stop();
        await Run(cancellation);
    }

    /// <summary>As if its machine had gone; it is gone until <see cref="Run"/>.</summary>
    /// <param name="inOrder">It is asked to, and writes out what it has.</param>
    public async Task Stop(bool inOrder = false)
    {
        if (_process is { } process)
        {
            if (inOrder)
            {
                using var ask = Process.Start("kill", ["-TERM", $"{process.Id}"]);
                await ask.WaitForExitAsync();
            }
            else
            {
                process.Kill();
            }

            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Starts it on what it has written out, and waits until it listens.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(
            configuration,
            $"""
            listener {Port} 127.0.0.1
            allow_anonymous true
            persistence {(_keepsOverRestart ? "true" : "false")}
            persistence_location {_folder}/
            autosave_on_changes true
            autosave_interval 1
            max_queued_messages 0
            user root
            {_settings?.Invoke(_folder)}

            """,
            cancellation);
        _process = Launch("mosquitto", "-c", configuration);
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var began = Stopwatch.GetTimestamp();
        while (!await IsListening(cancellation))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > StartMax)
            {
                throw new InvalidOperationException($"mosquitto does not listen on port {Port}.");
            }

            await Task.Delay(20, cancellation);
        }
    }

    private async Task<bool> IsListening(CancellationToken cancellation)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Process Launch(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException($"{program} is missing: install the packages mosquitto and mosquitto-clients.");
        }
    }
}
